// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/media_attributes.h"

#include <algorithm>
#include <array>
#include <string>

#include "rtc/ice/credentials.h"
#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

using State = AttributeState;

State state_of(bool good) { return good ? State::kTaken : State::kBad; }

/// Adds unless there are too many of its kind already.
template <typename T>
State add(std::vector<T>& to, T value, size_t most = SdpLimits::kPerSection) {
  if (to.size() >= most) return State::kTooMany;
  to.push_back(std::move(value));
  return State::kTaken;
}

State take_mid(MediaSection& section, std::string_view value) {
  section.mid = value;
  return state_of(is_token(value, SdpLimits::kMidBytes));
}

template <MediaDirection kDirection>
State take_direction(MediaSection& section, std::string_view) {
  section.direction = kDirection;
  return State::kTaken;
}

template <bool MediaSection::*kFlag>
State take_flag(MediaSection& section, std::string_view) {
  section.*kFlag = true;
  return State::kTaken;
}

State take_ufrag(MediaSection& section, std::string_view value) {
  section.transport.ice_ufrag = value;
  return state_of(is_ice_text(value, 4));
}

State take_password(MediaSection& section, std::string_view value) {
  section.transport.ice_password = value;
  return state_of(is_ice_text(value, 22));
}

/// RFC 8122 5: a hash function's name, then pairs of digits with colons between them.
State take_fingerprint(MediaSection& section, std::string_view value) {
  std::string_view rest = value;
  const std::string_view algorithm = take_field(rest);
  if (!is_token(algorithm) || rest.size() % 3 != 2 || rest.size() > 3 * 64) return State::kBad;
  for (size_t i = 0; i < rest.size(); ++i) {
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(rest[i]) != std::string_view::npos;
    if (i % 3 == 2 ? rest[i] != ':' : !hex) return State::kBad;
  }
  return add(section.transport.fingerprints, std::string(value), 8);
}

State take_setup(MediaSection& section, std::string_view value) {
  constexpr std::array<std::string_view, 4> kNames = {"actpass", "active", "passive", "holdconn"};
  const auto found = std::find(kNames.begin(), kNames.end(), value);
  if (found == kNames.end()) return State::kBad;
  section.transport.setup = static_cast<DtlsSetup>(found - kNames.begin());
  return State::kTaken;
}

/// The format that a line is about; null where the section does not list it, and then the line means nothing.
RtpFormat* format_of(MediaSection& section, std::string_view payload_type) {
  const auto number = parse_number<uint8_t>(payload_type);
  const auto found = std::find_if(section.rtp.begin(), section.rtp.end(),
                                  [&](const RtpFormat& format) { return format.payload_type == number; });
  return found == section.rtp.end() ? nullptr : &*found;
}

State take_rtpmap(MediaSection& section, std::string_view value) {
  RtpFormat* const format = format_of(section, take_field(value));
  if (format == nullptr) return State::kUnknown;
  const std::string_view name = take_field(value, '/'), clock_rate = take_field(value, '/');
  const auto rate = parse_number<uint32_t>(clock_rate);
  if (!is_token(name) || !rate || (!value.empty() && !is_token(value))) return State::kBad;
  format->name = name;
  format->clock_rate = *rate;
  format->channels = value;
  return State::kTaken;
}

State take_fmtp(MediaSection& section, std::string_view value) {
  RtpFormat* const format = format_of(section, take_field(value));
  if (format == nullptr) return State::kUnknown;
  format->parameters = value;
  return State::kTaken;
}

State take_feedback(MediaSection& section, std::string_view value) {
  const std::string_view payload_type = take_field(value);
  if (value.empty()) return State::kBad;
  if (payload_type != "*") {
    RtpFormat* const format = format_of(section, payload_type);
    return format == nullptr ? State::kUnknown : add(format->feedback, std::string(value), 16);
  }
  for (RtpFormat& format : section.rtp) {
    if (add(format.feedback, std::string(value), 16) == State::kTooMany) return State::kTooMany;
  }
  return State::kTaken;
}

/// RFC 8285 5: "ID[/direction] URI [attributes]".
State take_extension(MediaSection& section, std::string_view value) {
  std::string_view id = take_field(value);
  const auto number = parse_number<uint16_t>(take_field(id, '/'));
  const std::string_view uri = take_field(value);
  if (!number || uri.empty()) return State::kBad;
  return add(section.extensions, HeaderExtension{*number, std::string(uri)});
}

State take_candidate(MediaSection& section, std::string_view value) {
  const auto candidate = parse_candidate("candidate:" + std::string(value));
  if (!candidate) {
    ++section.candidates_ignored;
    return State::kTaken;
  }
  return add(section.candidates, *candidate);
}

State take_source(MediaSection& section, std::string_view value) {
  const auto ssrc = parse_number<uint32_t>(take_field(value));
  if (!ssrc) return State::kBad;
  const std::string_view name = take_field(value, ':');
  auto found = std::find_if(section.sources.begin(), section.sources.end(),
                            [&](const MediaSource& source) { return source.ssrc == *ssrc; });
  if (found == section.sources.end()) {
    if (add(section.sources, MediaSource{*ssrc, "", ""}) == State::kTooMany) return State::kTooMany;
    found = section.sources.end() - 1;
  }
  if (name == "cname") found->cname = value;
  if (name == "msid") found->msid = value;
  return State::kTaken;
}

State take_source_group(MediaSection& section, std::string_view value) {
  SourceGroup group{std::string(take_field(value)), {}};
  while (!value.empty()) {
    const auto ssrc = parse_number<uint32_t>(take_field(value));
    if (!ssrc || group.ssrcs.size() == SdpLimits::kPerSection) return State::kBad;
    group.ssrcs.push_back(*ssrc);
  }
  return is_token(group.semantics) ? add(section.source_groups, std::move(group)) : State::kBad;
}

State take_msid(MediaSection& section, std::string_view value) {
  section.msid = value;
  return state_of(!value.empty());
}

State take_sctp_port(MediaSection& section, std::string_view value) {
  section.sctp_port = parse_number<uint16_t>(value);
  return state_of(section.sctp_port.has_value());
}

State take_max_message_size(MediaSection& section, std::string_view value) {
  section.max_message_size = parse_number<uint64_t>(value);
  return state_of(section.max_message_size.has_value());
}

struct Attribute {
  std::string_view name;
  State (*take)(MediaSection&, std::string_view);
};

constexpr Attribute kAttributes[] = {
    {"mid", take_mid},
    {"sendrecv", take_direction<MediaDirection::kSendReceive>},
    {"sendonly", take_direction<MediaDirection::kSendOnly>},
    {"recvonly", take_direction<MediaDirection::kReceiveOnly>},
    {"inactive", take_direction<MediaDirection::kInactive>},
    {"rtcp-mux", take_flag<&MediaSection::rtcp_mux>},
    {"rtcp-rsize", take_flag<&MediaSection::rtcp_reduced_size>},
    {"bundle-only", take_flag<&MediaSection::bundle_only>},
    {"extmap-allow-mixed", take_flag<&MediaSection::extmap_allow_mixed>},
    {"end-of-candidates", take_flag<&MediaSection::end_of_candidates>},
    {"ice-ufrag", take_ufrag},
    {"ice-pwd", take_password},
    {"fingerprint", take_fingerprint},
    {"setup", take_setup},
    {"rtpmap", take_rtpmap},
    {"fmtp", take_fmtp},
    {"rtcp-fb", take_feedback},
    {"extmap", take_extension},
    {"candidate", take_candidate},
    {"ssrc", take_source},
    {"ssrc-group", take_source_group},
    {"msid", take_msid},
    {"sctp-port", take_sctp_port},
    {"max-message-size", take_max_message_size},
};

}  // namespace

AttributeState take_media_attribute(MediaSection& section, std::string_view name, std::string_view value) {
  for (const Attribute& attribute : kAttributes) {
    if (attribute.name == name) return attribute.take(section, value);
  }
  return State::kUnknown;
}

}  // namespace sdr::rtc
