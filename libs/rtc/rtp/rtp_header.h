// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "rtc/rtp/bytes.h"
#include "rtc/rtp/errc.h"

// The fixed header of a media packet (RFC 3550 section 5.1) and the frame around its extensions. What the extensions
// mean is extensions.h.
//
// Thread: any; value types. Parsing copies nothing: a packet's spans are those of the datagram.

namespace sdr::rtc {

inline constexpr size_t kRtpHeaderBytes = 12;
inline constexpr uint8_t kRtpVersion = 2;

struct RtpHeader {
  bool marker = false;       ///< last packet of an access unit
  uint8_t payload_type = 0;  ///< 0 to 127
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;

  bool operator==(const RtpHeader&) const = default;
};

/// A parsed datagram.
struct RtpPacket {
  RtpHeader header;
  size_t header_bytes = 0;             ///< all before the payload
  uint16_t extension_profile = 0;      ///< 0 where there are no extensions
  std::span<const uint8_t> extension;  ///< behind profile and length
  std::span<const uint8_t> payload;    ///< without padding
  size_t padding_bytes = 0;
};

/// kTruncated, kBadVersion, kBadPadding. Contributing sources are skipped.
Result<RtpPacket> parse_rtp(std::span<const uint8_t> datagram);

/// The twelve bytes; `has_extension` sets the bit that announces what the caller writes behind.
void write_rtp_header(ByteWriter& out, const RtpHeader& header, bool has_extension);

/// Whether a datagram of the RTP range (first byte 128 to 191) is a control packet: RFC 5761 section 4.
inline bool is_rtcp(std::span<const uint8_t> datagram) {
  return datagram.size() >= 2 && datagram[1] >= 192 && datagram[1] <= 223;
}

}  // namespace sdr::rtc
