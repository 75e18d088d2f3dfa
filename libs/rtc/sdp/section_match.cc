// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/section_match.h"

#include <algorithm>
#include <array>

#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

// What a one-byte header extension can be numbered with (RFC 8285 4.2); offers number what we use far below.
constexpr uint16_t kExtensionIdMax = 14;
constexpr uint64_t kDefaultMaxMessageSize = 64 * 1024;  // RFC 8841 6.1
constexpr std::array<std::string_view, 4> kFeedback = {"nack", "nack pli", "ccm fir", "transport-cc"};

bool has_feedback(const RtpFormat& format, std::string_view feedback) {
  return std::find(format.feedback.begin(), format.feedback.end(), feedback) != format.feedback.end();
}

/// Its parameter `apt` names the payload type that it repairs (RFC 4588 8.6).
bool repairs(const RtpFormat& format, uint8_t payload_type) {
  if (!equal_ignoring_case(format.name, "rtx")) return false;
  const auto associated = format_parameter(format.parameters, "apt");
  return associated && parse_number<uint8_t>(*associated) == payload_type;
}

uint8_t extension_id(const MediaSection& section, std::string_view uri) {
  for (const HeaderExtension& extension : section.extensions) {
    const bool usable = extension.id >= 1 && extension.id <= kExtensionIdMax;
    if (usable && extension.uri == uri) return static_cast<uint8_t>(extension.id);
  }
  return 0;
}

bool wants_video(const MediaSection& section) {
  const bool receives =
      section.direction == MediaDirection::kReceiveOnly || section.direction == MediaDirection::kSendReceive;
  const bool secured = section.protocol == "UDP/TLS/RTP/SAVPF" || section.protocol == "TCP/TLS/RTP/SAVPF" ||
                       section.protocol == "RTP/SAVPF";
  return section.kind == "video" && receives && secured && section.rtcp_mux;
}

}  // namespace

std::optional<FormatChoice> choose_format(const MediaSection& section, std::span<const VideoStream> streams) {
  if (!wants_video(section)) return std::nullopt;
  for (size_t i = 0; i < streams.size(); ++i) {
    FormatChoice best;
    for (const RtpFormat& format : section.rtp) {
      const FormatMatch match = match_format(streams[i], format);
      if (match > best.match) best = {&format, i, match};
    }
    if (best.format != nullptr) return best;
  }
  return std::nullopt;
}

NegotiatedVideo negotiate_video(const MediaSection& section, const FormatChoice& choice) {
  const RtpFormat& format = *choice.format;
  NegotiatedVideo video;
  video.mid = section.mid;
  video.stream = choice.stream;
  video.match = choice.match;
  video.payload_type = format.payload_type;
  video.nack = has_feedback(format, "nack");
  video.pli = has_feedback(format, "nack pli");
  video.fir = has_feedback(format, "ccm fir");
  video.transport_cc = has_feedback(format, "transport-cc");
  for (const RtpFormat& other : section.rtp) {
    if (video.nack && repairs(other, format.payload_type)) video.rtx_payload_type = other.payload_type;
  }
  video.extensions.mid = section.mid.size() <= kMaxMidBytes ? extension_id(section, kMidUri) : uint8_t{0};
  video.extensions.transport_sequence = video.transport_cc ? extension_id(section, kTransportSequenceUri) : uint8_t{0};
  video.extensions.playout_delay = extension_id(section, kPlayoutDelayUri);
  video.extensions.abs_capture_time = extension_id(section, kAbsCaptureTimeUri);
  return video;
}

std::vector<RtpFormat> answered_formats(const MediaSection& offered, const NegotiatedVideo& video,
                                        const VideoStream& stream) {
  std::vector<RtpFormat> formats;
  for (RtpFormat format : offered.rtp) {
    if (format.payload_type == video.payload_type) {
      format.parameters = answer_parameters(stream, format);
      std::erase_if(format.feedback, [](const std::string& feedback) {
        return std::find(kFeedback.begin(), kFeedback.end(), feedback) == kFeedback.end();
      });
    } else if (format.payload_type == video.rtx_payload_type) {
      format.feedback.clear();
    } else {
      continue;
    }
    formats.push_back(std::move(format));
  }
  return formats;
}

std::vector<HeaderExtension> common_extensions(const MediaSection& section, const ExtensionIds& ids) {
  std::vector<HeaderExtension> common;
  const std::pair<uint8_t, std::string_view> known[] = {{ids.mid, kMidUri},
                                                        {ids.transport_sequence, kTransportSequenceUri},
                                                        {ids.playout_delay, kPlayoutDelayUri},
                                                        {ids.abs_capture_time, kAbsCaptureTimeUri}};
  for (const HeaderExtension& extension : section.extensions) {
    const auto same = [&](const auto& entry) { return entry.first == extension.id && entry.second == extension.uri; };
    if (std::any_of(std::begin(known), std::end(known), same)) common.push_back(extension);
  }
  return common;
}

bool is_data_section(const MediaSection& section) {
  const bool over_dtls = section.protocol == "UDP/DTLS/SCTP" || section.protocol == "TCP/DTLS/SCTP";
  return section.kind == "application" && over_dtls && section.sctp_port.value_or(0) != 0 && !section.formats.empty() &&
         section.formats.front() == "webrtc-datachannel";
}

NegotiatedData negotiate_data(const MediaSection& section) {
  return {section.mid, *section.sctp_port, section.max_message_size.value_or(kDefaultMaxMessageSize)};
}

const std::vector<std::string>* bundle_of(const SessionDescription& description, const MediaSection& section) {
  for (const auto& mids : description.bundles) {
    if (std::find(mids.begin(), mids.end(), section.mid) != mids.end()) return &mids;
  }
  return nullptr;
}

const TransportParameters& transport_parameters(const SessionDescription& description, const MediaSection& section) {
  const std::vector<std::string>* const bundle =
      section.transport.is_complete() ? nullptr : bundle_of(description, section);
  const MediaSection* const first = bundle == nullptr ? nullptr : description.find(bundle->front());
  return first == nullptr ? section.transport : first->transport;
}

}  // namespace sdr::rtc
