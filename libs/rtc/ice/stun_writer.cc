// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/stun_writer.h"

#include <string>
#include <tuple>

#include "base/assert.h"
#include "rtc/ice/hmac.h"

namespace sdr::rtc {
namespace {

constexpr size_t kLengthOffset = 2;

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

uint16_t type_of(StunClass message_class, uint16_t method) {
  const auto bits = static_cast<unsigned>(message_class);
  return static_cast<uint16_t>((bits & 2) << 7 | (bits & 1) << 4 | (method & 0x000Fu) | (method & 0x0070u) << 1 |
                               (method & 0x0F80u) << 2);
}

}  // namespace

StunWriter::StunWriter(std::span<uint8_t> out, StunClass message_class, uint16_t method,
                       const StunTransaction& transaction)
    : out_(out), writer_(out) {
  writer_.u16(type_of(message_class, method));
  writer_.u16(0);
  writer_.u32(kStunCookie);
  writer_.bytes(transaction);
}

void StunWriter::begin(StunAttribute type, size_t size) {
  SDR_ASSERT_OP(size, <=, size_t{0xFFFF});
  writer_.u16(static_cast<uint16_t>(type));
  writer_.u16(static_cast<uint16_t>(size));
}

void StunWriter::end(size_t size) { writer_.zeros((4 - size % 4) % 4); }

/// What integrity and fingerprint cover says already that they are there (RFC 8489 14.5, 14.7).
void StunWriter::set_length(size_t attributes_after) {
  if (!writer_.ok()) return;
  writer_.u16_at(kLengthOffset, static_cast<uint16_t>(writer_.size() - kStunHeaderBytes + attributes_after));
}

void StunWriter::add_bytes(StunAttribute type, std::span<const uint8_t> value) {
  begin(type, value.size());
  writer_.bytes(value);
  end(value.size());
}

void StunWriter::add_text(StunAttribute type, std::string_view value) { add_bytes(type, bytes_of(value)); }

void StunWriter::add_u32(StunAttribute type, uint32_t value) {
  begin(type, 4);
  writer_.u32(value);
}

void StunWriter::add_u64(StunAttribute type, uint64_t value) {
  begin(type, 8);
  writer_.u64(value);
}

void StunWriter::add_flag(StunAttribute type) { begin(type, 0); }

void StunWriter::add_xor_mapped_address(const Address& address) {
  const bool v4 = address.is_v4();
  begin(StunAttribute::kXorMappedAddress, v4 ? 8 : 20);
  writer_.u16(v4 ? 1 : 2);
  writer_.u16(static_cast<uint16_t>(address.port() ^ (kStunCookie >> 16)));
  if (!writer_.ok()) return;
  for (size_t i = v4 ? 12 : 0, mask = 4; i < 16; ++i, ++mask) {
    writer_.u8(static_cast<uint8_t>(address.ip()[i] ^ out_[mask]));
  }
}

void StunWriter::add_error(int code, std::string_view reason) {
  SDR_ASSERT(code >= 300 && code <= 699, std::to_string(code));
  begin(StunAttribute::kErrorCode, 4 + reason.size());
  writer_.u16(0);
  writer_.u8(static_cast<uint8_t>(code / 100));
  writer_.u8(static_cast<uint8_t>(code % 100));
  writer_.bytes(bytes_of(reason));
  end(reason.size());
}

void StunWriter::add_unknown_attributes(std::span<const uint16_t> types) {
  begin(StunAttribute::kUnknownAttributes, 2 * types.size());
  for (const uint16_t type : types) writer_.u16(type);
  end(2 * types.size());
}

void StunWriter::add_integrity(std::string_view key) {
  constexpr size_t kBytes = 4 + std::tuple_size_v<HmacSha1Tag>;
  set_length(kBytes);
  if (!writer_.ok()) return;
  add_bytes(StunAttribute::kMessageIntegrity, hmac_sha1(bytes_of(key), {out_.first(writer_.size())}));
}

void StunWriter::add_fingerprint() {
  set_length(8);
  if (!writer_.ok()) return;
  add_u32(StunAttribute::kFingerprint, stun_fingerprint(out_.first(writer_.size())));
}

std::span<const uint8_t> StunWriter::finish() {
  set_length(0);
  return writer_.ok() ? std::span<const uint8_t>(out_.first(writer_.size())) : std::span<const uint8_t>();
}

}  // namespace sdr::rtc
