// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/stun.h"

#include <algorithm>

#include "rtc/ice/errc.h"
#include "rtc/ice/hmac.h"
#include "rtc/rtp/bytes.h"

namespace sdr::rtc {
namespace {

constexpr size_t kIntegrityBytes = 20;
constexpr size_t kFingerprintAttributeBytes = 8;
constexpr size_t kUsernameMax = 513;  // two user fragments of at most 256 characters and a colon (RFC 8839 5.4)
constexpr uint16_t kFirstOptional = 0x8000;

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string_view text_of(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// RFC 8489 5: the class's two bits lie between those of the method.
StunClass class_of(uint16_t type) { return static_cast<StunClass>((type >> 7 & 2) | (type >> 4 & 1)); }
uint16_t method_of(uint16_t type) {
  return static_cast<uint16_t>((type & 0x000F) | (type >> 1 & 0x0070) | (type >> 2 & 0x0F80));
}

/// RFC 8489 14.2: the port is masked with the cookie's first half, the address with cookie and transaction.
std::optional<Address> read_xor_address(std::span<const uint8_t> value, std::span<const uint8_t> header) {
  ByteReader reader(value);
  reader.u8();  // reserved
  const uint8_t family = reader.u8();
  const auto port = static_cast<uint16_t>(reader.u16() ^ (kStunCookie >> 16));
  const auto masked = reader.rest();
  if (!reader.ok() || masked.size() != (family == 1 ? 4u : family == 2 ? 16u : 0u) || masked.empty())
    return std::nullopt;
  Address::Ip ip{};
  for (size_t i = 0; i < masked.size(); ++i) ip[i] = masked[i] ^ header[4 + i];
  if (family == 2) return Address(ip, port);
  return Address(Address::Ipv4{ip[0], ip[1], ip[2], ip[3]}, port);
}

std::optional<StunError> read_error(std::span<const uint8_t> value) {
  ByteReader reader(value);
  reader.u16();  // reserved
  const int hundreds = reader.u8() & 7, rest = reader.u8();
  if (!reader.ok() || hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return StunError{hundreds * 100 + rest, text_of(reader.rest())};
}

template <typename T>
bool keep_first(std::optional<T>& place, T value) {
  if (!place) place = value;
  return true;
}

bool keep_first_u64(std::optional<uint64_t>& place, std::span<const uint8_t> value) {
  return value.size() == 8 && keep_first(place, ByteReader(value).u64());
}

void note_unknown(StunMessage& message, uint16_t type) {
  if (type >= kFirstOptional || message.unknown_count == StunMessage::kUnknownMax) return;
  message.unknown[message.unknown_count++] = type;
}

/// False where the value has not the form that its type asks for.
bool take_attribute(StunMessage& message, uint16_t type, std::span<const uint8_t> value) {
  switch (static_cast<StunAttribute>(type)) {
    case StunAttribute::kUsername:
      return value.size() <= kUsernameMax && keep_first(message.username, text_of(value));
    case StunAttribute::kPriority:
      return value.size() == 4 && keep_first(message.priority, ByteReader(value).u32());
    case StunAttribute::kUseCandidate:
      message.use_candidate = true;
      return value.empty();
    case StunAttribute::kIceControlling:
      return keep_first_u64(message.controlling, value);
    case StunAttribute::kIceControlled:
      return keep_first_u64(message.controlled, value);
    case StunAttribute::kXorMappedAddress: {
      const auto address = read_xor_address(value, message.bytes);
      return address && keep_first(message.mapped_address, *address);
    }
    case StunAttribute::kErrorCode: {
      const auto error = read_error(value);
      return error && keep_first(message.error, *error);
    }
    // Known, and without meaning for a binding with short-term credentials.
    case StunAttribute::kMappedAddress:
    case StunAttribute::kUnknownAttributes:
    case StunAttribute::kRealm:
    case StunAttribute::kNonce:
    case StunAttribute::kMessageIntegritySha256:
    case StunAttribute::kSoftware:
      return true;
    default:
      note_unknown(message, type);
      return true;
  }
}

/// Nothing may follow it, and its value is that of the bytes before it.
bool is_valid_fingerprint(std::span<const uint8_t> datagram, size_t offset, std::span<const uint8_t> value) {
  return offset + kFingerprintAttributeBytes == datagram.size() && value.size() == 4 &&
         ByteReader(value).u32() == stun_fingerprint(datagram.first(offset));
}

Status read_attributes(StunMessage& message) {
  ByteReader reader(message.bytes.subspan(kStunHeaderBytes));
  while (reader.remaining() > 0) {
    const size_t offset = message.bytes.size() - reader.remaining();
    const uint16_t type = reader.u16(), size = reader.u16();
    const auto value = reader.take(size);
    reader.take((4 - size % 4) % 4);
    if (!reader.ok()) return Error(IceErrc::kBadAttribute);
    if (type == static_cast<uint16_t>(StunAttribute::kFingerprint)) {
      if (!is_valid_fingerprint(message.bytes, offset, value)) return Error(IceErrc::kBadFingerprint);
      message.has_fingerprint = true;
    } else if (message.has_integrity()) {
      continue;  // behind the integrity: unprotected, so not for us
    } else if (type == static_cast<uint16_t>(StunAttribute::kMessageIntegrity)) {
      if (size != kIntegrityBytes) return Error(IceErrc::kBadAttribute);
      message.integrity_offset = offset;
    } else if (!take_attribute(message, type, value)) {
      return Error(IceErrc::kBadAttribute);
    }
  }
  return Status();
}

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0u);
    table[i] = value;
  }
  return table;
}

}  // namespace

bool looks_like_stun(std::span<const uint8_t> datagram) {
  if (datagram.size() < kStunHeaderBytes) return false;
  ByteReader reader(datagram);
  const uint16_t type = reader.u16(), length = reader.u16();
  return type < 0x4000 && reader.u32() == kStunCookie && length % 4 == 0 &&
         length == datagram.size() - kStunHeaderBytes;
}

Result<StunMessage> parse_stun(std::span<const uint8_t> datagram) {
  if (!looks_like_stun(datagram)) return Error(IceErrc::kNotStun);
  ByteReader reader(datagram);
  const uint16_t type = reader.u16();
  StunMessage message;
  message.bytes = datagram;
  message.message_class = class_of(type);
  message.method = method_of(type);
  std::copy_n(datagram.begin() + 8, message.transaction.size(), message.transaction.begin());
  SDR_TRY(read_attributes(message));
  return message;
}

// RFC 8489 14.5: computed as if the message ended with MESSAGE-INTEGRITY, its length included.
bool has_valid_integrity(const StunMessage& message, std::string_view key) {
  if (!message.has_integrity()) return false;
  const size_t length = message.integrity_offset + 4 + kIntegrityBytes - kStunHeaderBytes;
  const std::array<uint8_t, 4> start = {message.bytes[0], message.bytes[1], static_cast<uint8_t>(length >> 8),
                                        static_cast<uint8_t>(length)};
  const auto rest = message.bytes.subspan(start.size(), message.integrity_offset - start.size());
  const HmacSha1Tag expected = hmac_sha1(bytes_of(key), {start, rest});
  return is_same_tag(expected, message.bytes.subspan(message.integrity_offset + 4, kIntegrityBytes));
}

uint32_t stun_fingerprint(std::span<const uint8_t> bytes) {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ byte) & 0xFF];
  return ~crc ^ 0x5354554E;  // "STUN", so that it differs from a CRC of the payload's own
}

}  // namespace sdr::rtc
