// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/video_format.h"

#include <algorithm>
#include <array>

#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

constexpr uint32_t kVideoClockRate = 90000;

enum class H264Profile { kConstrainedBaseline, kBaseline, kMain, kConstrainedHigh, kHigh, kOther };

struct ProfilePattern {
  uint8_t profile, mask, flags;
  H264Profile name;
};

// RFC 6184 8.1, table 5: the same profile has several names.
constexpr ProfilePattern kPatterns[] = {
    {0x42, 0x4F, 0x40, H264Profile::kConstrainedBaseline},
    {0x4D, 0x8F, 0x80, H264Profile::kConstrainedBaseline},
    {0x58, 0xCF, 0xC0, H264Profile::kConstrainedBaseline},
    {0x42, 0x4F, 0x00, H264Profile::kBaseline},
    {0x58, 0xCF, 0x80, H264Profile::kBaseline},
    {0x4D, 0xAF, 0x00, H264Profile::kMain},
    {0x64, 0xFF, 0x00, H264Profile::kHigh},
    {0x64, 0xFF, 0x0C, H264Profile::kConstrainedHigh},
};

H264Profile profile_of(uint8_t profile, uint8_t constraints) {
  for (const ProfilePattern& pattern : kPatterns) {
    if (pattern.profile == profile && (constraints & pattern.mask) == pattern.flags) return pattern.name;
  }
  return H264Profile::kOther;
}

bool includes(H264Profile receiver, H264Profile stream) {
  switch (stream) {
    case H264Profile::kConstrainedBaseline:
      return receiver != H264Profile::kOther;
    case H264Profile::kMain:
    case H264Profile::kConstrainedHigh:
      return receiver == H264Profile::kHigh;
    case H264Profile::kBaseline:
    case H264Profile::kHigh:
    case H264Profile::kOther:
      return false;
  }
  return false;
}

struct ProfileLevel {
  uint8_t profile, constraints, level;
};

std::optional<ProfileLevel> parse_profile_level(std::string_view text) {
  const auto bits = text.size() == 6 ? parse_number<uint32_t>(text, 16) : std::nullopt;
  if (!bits) return std::nullopt;
  return ProfileLevel{static_cast<uint8_t>(*bits >> 16), static_cast<uint8_t>(*bits >> 8), static_cast<uint8_t>(*bits)};
}

/// Without the parameter it is baseline at level 1 (RFC 6184 8.1).
std::optional<ProfileLevel> offered_profile_level(const RtpFormat& offered) {
  return parse_profile_level(format_parameter(offered.parameters, "profile-level-id").value_or("42000A"));
}

FormatMatch match_h264(const VideoStream& stream, const RtpFormat& offered) {
  const auto theirs = offered_profile_level(offered);
  const auto mode = format_parameter(offered.parameters, "packetization-mode");
  if (mode.value_or("1") != "1" || !theirs) return FormatMatch::kNone;
  if (!mode) return FormatMatch::kUndeclared;
  const H264Profile ours = profile_of(stream.profile, stream.constraints);
  const H264Profile receiver = profile_of(theirs->profile, theirs->constraints);
  const bool same_bytes = theirs->profile == stream.profile && theirs->constraints == stream.constraints;
  if (same_bytes || (ours == receiver && ours != H264Profile::kOther)) return FormatMatch::kExact;
  return includes(receiver, ours) ? FormatMatch::kSuperset : FormatMatch::kCodec;
}

/// Defaults of RFC 7798 7.1: main profile, main tier, level 3.1, one stream for all.
FormatMatch match_hevc(const VideoStream& stream, const RtpFormat& offered) {
  const auto value = [&](std::string_view name, uint32_t otherwise) {
    const auto text = format_parameter(offered.parameters, name);
    return text ? parse_number<uint32_t>(*text) : std::optional(otherwise);
  };
  const auto profile = value("profile-id", 1), tier = value("tier-flag", 0);
  if (!profile || !tier || format_parameter(offered.parameters, "tx-mode").value_or("SRST") != "SRST") {
    return FormatMatch::kNone;
  }
  if (*profile == stream.profile && *tier == stream.constraints) return FormatMatch::kExact;
  // Main 10 decoders play main, and those of the high tier the main tier.
  const bool profile_fits = *profile == stream.profile || (*profile == 2 && stream.profile == 1);
  return profile_fits && *tier >= stream.constraints ? FormatMatch::kSuperset : FormatMatch::kCodec;
}

std::string hex(const ProfileLevel& value) {
  std::string text;
  for (const uint8_t byte : {value.profile, value.constraints, value.level}) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

/// Profile (behind a letter for its space), compatibility flags, tier and level, constraints.
std::optional<VideoStream> parse_hevc_codec_string(std::string_view text) {
  std::string_view profile = take_field(text, '.');
  take_field(text, '.');
  std::string_view level = take_field(text, '.');
  if (!profile.empty() && profile[0] >= 'A' && profile[0] <= 'C') profile.remove_prefix(1);
  if (level.empty() || (level[0] != 'L' && level[0] != 'H')) return std::nullopt;
  const auto tier = static_cast<uint8_t>(level[0] == 'H' ? 1 : 0);
  const auto profile_number = parse_number<uint8_t>(profile), level_number = parse_number<uint8_t>(level.substr(1));
  if (!profile_number || !level_number) return std::nullopt;
  return VideoStream{VideoCodec::kHevc, *profile_number, tier, *level_number};
}

}  // namespace

std::optional<VideoStream> VideoStream::from_codec_string(std::string_view text) {
  const std::string_view name = take_field(text, '.');
  if (name == "hvc1" || name == "hev1") return parse_hevc_codec_string(text);
  const auto avc = name == "avc1" || name == "avc3" ? parse_profile_level(text) : std::nullopt;
  if (!avc) return std::nullopt;
  return VideoStream{VideoCodec::kH264, avc->profile, avc->constraints, avc->level};
}

std::string_view format_name(VideoCodec codec) { return codec == VideoCodec::kH264 ? "H264" : "H265"; }

FormatMatch match_format(const VideoStream& stream, const RtpFormat& offered) {
  if (!equal_ignoring_case(offered.name, format_name(stream.codec)) || offered.clock_rate != kVideoClockRate) {
    return FormatMatch::kNone;
  }
  return stream.codec == VideoCodec::kH264 ? match_h264(stream, offered) : match_hevc(stream, offered);
}

std::string answer_parameters(const VideoStream& stream, const RtpFormat& offered) {
  if (stream.codec == VideoCodec::kHevc) {
    // As offered: a receiver compares profile and tier, and the level of who only sends binds nobody.
    return offered.parameters;
  }
  ProfileLevel answered = offered_profile_level(offered).value_or(ProfileLevel{0x42, 0, 0x0A});
  const bool asymmetric = format_parameter(offered.parameters, "level-asymmetry-allowed") == "1";
  answered.level = asymmetric ? stream.level : std::min(stream.level, answered.level);
  return std::string(asymmetric ? "level-asymmetry-allowed=1;" : "") +
         "packetization-mode=1;profile-level-id=" + hex(answered);
}

}  // namespace sdr::rtc
