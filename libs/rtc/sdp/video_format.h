// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rtc/rtp/video_codec.h"
#include "rtc/sdp/session_description.h"

// Whether a receiver that describes a format so can play a stream that is thus: H.264 by RFC 6184 8.1 and 8.2.2, HEVC
// by RFC 7798 7. Profiles have to agree; levels need not, where both sides say so, and are not held against a receiver
// anyhow, since browsers name one far below what they play.
//
// Thread: any; values.

namespace sdr::rtc {

/// What a stream is, as its SPS says.
struct VideoStream {
  VideoCodec codec = VideoCodec::kH264;
  uint8_t profile = 0;      ///< profile_idc
  uint8_t constraints = 0;  ///< H.264: the byte of constraint_set flags; HEVC: general_tier_flag
  uint8_t level = 0;        ///< level_idc

  /// "avc1.42C01F", "hvc1.1.6.L93.B0" (RFC 6381, ISO/IEC 14496-15 annex E); nothing where it is neither.
  static std::optional<VideoStream> from_codec_string(std::string_view text);
  friend bool operator==(const VideoStream&, const VideoStream&) = default;
};

/// How well it fits; greater is better.
enum class FormatMatch : uint8_t {
  kNone,        ///< another codec, or a packetisation that we do not do
  kUndeclared,  ///< no packetization-mode: strictly that means mode 0, yet GStreamer leaves it out and takes any
  kCodec,       ///< the receiver names a smaller profile: most decoders play more than their profile says
  kSuperset,    ///< its profile includes the stream's
  kExact,
};

FormatMatch match_format(const VideoStream& stream, const RtpFormat& offered);

/// The fmtp with which an answer takes that offer.
std::string answer_parameters(const VideoStream& stream, const RtpFormat& offered);

/// "H264" or "H265", as rtpmap names them.
std::string_view format_name(VideoCodec codec);

}  // namespace sdr::rtc
