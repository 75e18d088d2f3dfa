// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/packet_check.h"

#include <algorithm>
#include <optional>

namespace sdr::rtc {
namespace {

constexpr size_t kHeaderBytes = 12, kChunkHeaderBytes = 4, kParameterHeaderBytes = 4;

uint16_t u16_at(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t u32_at(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint32_t>(u16_at(bytes, at)) << 16 | u16_at(bytes, at + 2);
}

/// The padding of the last one may be missing.
size_t padded_length(size_t length, size_t left) { return std::min((length + 3) / 4 * 4, left); }

enum ChunkType : uint8_t {  // RFC 9260 section 3.2, RFC 6525, RFC 3758
  kData = 0,
  kInit = 1,
  kInitAck = 2,
  kSack = 3,
  kHeartbeat = 4,
  kHeartbeatAck = 5,
  kAbort = 6,
  kShutdown = 7,
  kShutdownAck = 8,
  kError = 9,
  kCookieEcho = 10,
  kCookieAck = 11,
  kShutdownComplete = 14,
  kReconfig = 130,
  kForwardTsn = 192,
};

/// The least length of a chunk of this type, header included; nothing for a type that is not let through.
std::optional<size_t> least_length(uint8_t type) {
  switch (type) {
    case kData:
      return 17;  // one byte of user data at least (section 3.3.1)
    case kInit:
    case kInitAck:
      return 20;
    case kSack:
      return 16;
    case kShutdown:
    case kReconfig:
    case kForwardTsn:
      return 8;
    case kHeartbeat:
    case kHeartbeatAck:
    case kAbort:
    case kShutdownAck:
    case kError:
    case kCookieEcho:
    case kCookieAck:
    case kShutdownComplete:
      return 4;
    default:
      return std::nullopt;
  }
}

bool must_be_alone(uint8_t type) { return type == kInit || type == kInitAck || type == kShutdownComplete; }

bool is_address(uint16_t parameter) {
  constexpr uint16_t kIpv4 = 5, kIpv6 = 6, kHostName = 11;
  return parameter == kIpv4 || parameter == kIpv6 || parameter == kHostName;
}

/// Parameters are type, length and value, padded to four bytes; the last one's padding is not counted in the chunk.
PacketVerdict check_parameters(std::span<const uint8_t> bytes, bool addresses_matter) {
  while (!bytes.empty()) {
    if (bytes.size() < kParameterHeaderBytes) return PacketVerdict::chunk;
    const size_t length = u16_at(bytes, 2);
    if (length < kParameterHeaderBytes || length > bytes.size()) return PacketVerdict::chunk;
    if (addresses_matter && is_address(u16_at(bytes, 0))) return PacketVerdict::address;
    bytes = bytes.subspan(padded_length(length, bytes.size()));
  }
  return PacketVerdict::ok;
}

PacketVerdict check_content(uint8_t type, std::span<const uint8_t> chunk) {
  switch (type) {
    case kSack: {
      const size_t blocks = u16_at(chunk, 12), duplicates = u16_at(chunk, 14);
      return chunk.size() == 16 + 4 * (blocks + duplicates) ? PacketVerdict::ok : PacketVerdict::chunk;
    }
    case kInit:
    case kInitAck:
      if (u32_at(chunk, 4) == 0) return PacketVerdict::chunk;  // a tag of 0 is discarded in silence (section 3.3.2)
      return check_parameters(chunk.subspan(20), true);
    case kReconfig:
      return check_parameters(chunk.subspan(4), false);
    case kForwardTsn:
      return chunk.size() % 4 == 0 ? PacketVerdict::ok : PacketVerdict::chunk;
    default:
      return PacketVerdict::ok;
  }
}

/// Of a packet that was found good.
template <typename Visit>
void for_each_chunk(std::span<const uint8_t> packet, Visit visit) {
  for (auto left = packet.subspan(kHeaderBytes); left.size() >= kChunkHeaderBytes;) {
    const size_t length = std::clamp<size_t>(u16_at(left, 2), kChunkHeaderBytes, left.size());
    visit(left.first(length));
    left = left.subspan(padded_length(length, left.size()));
  }
}

}  // namespace

PacketVerdict check_sctp_packet(std::span<const uint8_t> packet) {
  if (packet.size() < kHeaderBytes + kChunkHeaderBytes || packet.size() > kSctpPacketInMax) return PacketVerdict::size;
  if (u16_at(packet, 0) != kSctpPort || u16_at(packet, 2) != kSctpPort) return PacketVerdict::port;
  const bool tagged = u32_at(packet, 4) != 0;
  for (auto left = packet.subspan(kHeaderBytes); !left.empty();) {
    if (left.size() < kChunkHeaderBytes) return PacketVerdict::chunk;
    const uint8_t type = left[0];
    const size_t length = u16_at(left, 2);
    const auto least = least_length(type);
    if (!least) return PacketVerdict::kind;
    if (length < *least || length > left.size()) return PacketVerdict::chunk;
    const auto verdict = check_content(type, left.first(length));
    if (verdict != PacketVerdict::ok) return verdict;
    const size_t padded = padded_length(length, left.size());
    if (must_be_alone(type) && packet.size() != kHeaderBytes + padded) return PacketVerdict::bundle;
    if ((type == kInit) == tagged) return PacketVerdict::bundle;  // only an INIT goes without a tag (section 8.5.1)
    left = left.subspan(padded);
  }
  return PacketVerdict::ok;
}

size_t count_deliveries(std::span<const uint8_t> packet) {
  size_t count = 0;
  for_each_chunk(packet, [&](std::span<const uint8_t> chunk) { count += chunk[0] == kData || chunk[0] == kReconfig; });
  return count;
}

size_t count_first_sent(std::span<const uint8_t> packet, std::optional<uint32_t>& newest) {
  constexpr uint8_t kEnd = 0x01;  // of a message that may have been cut into several chunks (RFC 9260 section 3.3.1)
  size_t count = 0;
  for_each_chunk(packet, [&](std::span<const uint8_t> chunk) {
    if (chunk[0] != kData || chunk.size() < 8) return;
    const uint32_t number = u32_at(chunk, 4);
    if (newest && static_cast<int32_t>(number - *newest) <= 0) return;
    newest = number;
    count += (chunk[1] & kEnd) != 0;
  });
  return count;
}

std::optional<uint32_t> acknowledged_by(std::span<const uint8_t> packet) {
  std::optional<uint32_t> number;
  for_each_chunk(packet, [&](std::span<const uint8_t> chunk) {
    if (chunk[0] == kSack && chunk.size() >= 8) number = u32_at(chunk, 4);
  });
  return number;
}

std::optional<uint32_t> last_before_reset(std::span<const uint8_t> packet) {
  constexpr uint16_t kOutgoingReset = 13;
  std::optional<uint32_t> number;
  for_each_chunk(packet, [&](std::span<const uint8_t> chunk) {
    if (chunk[0] != kReconfig) return;
    for (auto left = chunk.subspan(kChunkHeaderBytes); left.size() >= 16;) {
      if (u16_at(left, 0) == kOutgoingReset) number = u32_at(left, 12);
      const size_t length = std::max<size_t>(u16_at(left, 2), kParameterHeaderBytes);
      left = left.subspan(padded_length(length, left.size()));
    }
  });
  return number;
}

}  // namespace sdr::rtc
