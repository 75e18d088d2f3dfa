// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// As much of RTP's and RTCP's form as protecting them needs: where the part in clear ends, and whose packet it is.
//
// Thread: any; pure, bounds-checked.

namespace sdr::rtc {

inline constexpr size_t kRtpHeaderBytesMin = 12;
/// What stays in clear of an RTCP packet: its first header and the SSRC of its sender (RFC 3711 section 3.4).
inline constexpr size_t kRtcpHeaderBytes = 8;

inline uint16_t read_u16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline uint32_t read_u32(std::span<const uint8_t> bytes, size_t at) {
  return uint32_t{read_u16(bytes, at)} << 16 | read_u16(bytes, at + 2);
}
inline void write_u32(std::span<uint8_t> bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<uint8_t>(value >> (8 * (3 - i)));
}

/// Bytes of an RTP packet's header with contributing sources and header extension (RFC 3550 section 5.1); nothing where
/// the packet is not version 2 or ends within it.
inline std::optional<size_t> rtp_header_bytes(std::span<const uint8_t> packet) {
  if (packet.size() < kRtpHeaderBytesMin || packet[0] >> 6 != 2) return std::nullopt;
  size_t bytes = kRtpHeaderBytesMin + size_t{4} * (packet[0] & 0x0F);
  if ((packet[0] & 0x10) != 0) {
    if (packet.size() < bytes + 4) return std::nullopt;
    bytes += 4 + size_t{4} * read_u16(packet, bytes + 2);
  }
  if (packet.size() < bytes) return std::nullopt;
  return bytes;
}

inline uint16_t rtp_sequence(std::span<const uint8_t> header) { return read_u16(header, 2); }
inline uint32_t rtp_ssrc(std::span<const uint8_t> header) { return read_u32(header, 8); }
inline uint32_t rtcp_ssrc(std::span<const uint8_t> packet) { return read_u32(packet, 4); }

}  // namespace sdr::rtc
