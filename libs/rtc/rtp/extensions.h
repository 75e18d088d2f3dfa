// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rtc/rtp/rtp_header.h"

// Header extensions (RFC 8285) that this server sends, and reads in its tests: the media line's id (RFC 8843 section
// 15), the transport-wide sequence number that feedback refers to, the playout delay that makes a browser show pictures
// at once, and the time at which a picture was taken.
//
// Thread: any; value types. Nothing allocates.

namespace sdr::rtc {

inline constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kTransportSequenceUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kPlayoutDelayUri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
inline constexpr std::string_view kAbsCaptureTimeUri = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

/// The ids that were negotiated, 1 to 14 or, in the two-byte form, to 255; 0: not negotiated, not sent.
struct ExtensionIds {
  uint8_t mid = 0, transport_sequence = 0, playout_delay = 0, abs_capture_time = 0;
};

/// In steps of 10 ms, 0 to 4095. Not both 0: that is reported to freeze Firefox.
struct PlayoutDelay {
  uint16_t min_10ms = 0;
  uint16_t max_10ms = 1;

  bool operator==(const PlayoutDelay&) const = default;
};

inline constexpr size_t kMaxMidBytes = 16;
/// Fixed header and all extensions in their longest form.
inline constexpr size_t kMaxHeaderBytes = kRtpHeaderBytes + 4 + 4 + 5 + 10 + (2 + kMaxMidBytes) + 3;

/// What one packet's extensions say. On sending, a value whose id was not negotiated is left out.
struct Extensions {
  std::string_view mid;  ///< empty: none; kMaxMidBytes at most
  std::optional<uint16_t> transport_sequence;
  std::optional<PlayoutDelay> playout_delay;
  std::optional<uint64_t> capture_ntp;  ///< 32.32 fixed point, seconds since 1900
};

/// Where things lie in a header that was written, so that the header of the next packet is a copy with two changes.
struct HeaderLayout {
  size_t bytes = 0;
  size_t transport_sequence_at = 0;  ///< 0: not there
};

/// Writes header and extensions, padded to a multiple of four. `out` has kMaxHeaderBytes.
HeaderLayout write_header(ByteWriter& out, const RtpHeader& header, const ExtensionIds& ids, const Extensions& values);

/// kBadExtension where an element leaves the block or has a length that its kind does not have. Elements with other
/// ids, and blocks of another profile than the two of RFC 8285, are skipped.
Result<Extensions> parse_extensions(const RtpPacket& packet, const ExtensionIds& ids);

}  // namespace sdr::rtc
