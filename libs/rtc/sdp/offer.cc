// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/offer.h"

#include <algorithm>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/section_match.h"

namespace sdr::rtc {
namespace {

constexpr uint8_t kFirstPayloadType = 96;
constexpr uint16_t kSctpPort = 5000;
constexpr uint64_t kMaxMessageSize = 64 * 1024;

MediaSection section_of(const OfferOptions& options, const std::string& mid) {
  MediaSection section;
  section.mid = mid;
  section.transport = options.local;
  section.transport.setup = DtlsSetup::kActPass;
  section.candidates = options.candidates;
  return section;
}

void add_format(MediaSection& section, const std::string& name, const std::string& parameters) {
  const auto payload_type = static_cast<uint8_t>(kFirstPayloadType + section.rtp.size());
  const auto repair_type = static_cast<uint8_t>(payload_type + 1);
  section.rtp.push_back({payload_type, name, 90000, "", parameters, {"transport-cc", "ccm fir", "nack", "nack pli"}});
  section.rtp.push_back({repair_type, "rtx", 90000, "", "apt=" + std::to_string(payload_type), {}});
  section.formats.push_back(std::to_string(payload_type));
  section.formats.push_back(std::to_string(repair_type));
}

MediaSection video_section(const OfferOptions& options, const std::string& mid) {
  MediaSection section = section_of(options, mid);
  section.kind = "video";
  section.protocol = "UDP/TLS/RTP/SAVPF";
  section.direction = MediaDirection::kReceiveOnly;
  section.rtcp_mux = section.rtcp_reduced_size = true;
  uint16_t id = 0;
  for (const std::string_view uri : {kMidUri, kTransportSequenceUri, kPlayoutDelayUri, kAbsCaptureTimeUri}) {
    section.extensions.push_back({++id, std::string(uri)});
  }
  if (options.hevc) add_format(section, "H265", "level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST");
  for (const char* profile_level_id : {"64001f", "4d001f", "42e01f"}) {
    add_format(section, "H264",
               std::string("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=") + profile_level_id);
  }
  return section;
}

MediaSection data_section(const OfferOptions& options, const std::string& mid) {
  MediaSection section = section_of(options, mid);
  section.kind = "application";
  section.protocol = "UDP/DTLS/SCTP";
  section.formats = {"webrtc-datachannel"};
  section.sctp_port = kSctpPort;
  section.max_message_size = kMaxMessageSize;
  return section;
}

/// What the answer chose among the formats offered, its first that is no repair.
std::optional<NegotiatedVideo> read_video(const MediaSection& offered, const MediaSection& answered) {
  for (const RtpFormat& format : answered.rtp) {
    const auto same = [&](const RtpFormat& other) {
      return other.payload_type == format.payload_type && other.name == format.name;
    };
    if (std::none_of(offered.rtp.begin(), offered.rtp.end(), same)) return std::nullopt;
    if (format.name != "rtx") return negotiate_video(answered, {&format, 0, FormatMatch::kExact});
  }
  return std::nullopt;
}

Status read_section(const MediaSection& offered, const MediaSection& answered, Negotiated& negotiated) {
  if (offered.kind == "video") {
    negotiated.video = read_video(offered, answered);
    if (!negotiated.video || !answered.rtcp_mux)
      return Error(SdpErrc::kNotAnAnswer, "the video of section " + offered.mid);
  } else {
    if (!is_data_section(answered)) return Error(SdpErrc::kNotAnAnswer, "the data of section " + offered.mid);
    negotiated.data = negotiate_data(answered);
  }
  return Status();
}

}  // namespace

SessionDescription make_offer(const OfferOptions& options) {
  SessionDescription offer;
  offer.session_id = options.session_id;
  std::vector<std::string> mids;
  const auto next_mid = [&] { return mids.emplace_back(std::to_string(mids.size())); };
  if (options.video) offer.media.push_back(video_section(options, next_mid()));
  if (options.data) offer.media.push_back(data_section(options, next_mid()));
  offer.bundles.push_back(mids);
  return offer;
}

Result<Negotiated> accept_answer(const SessionDescription& offer, const SessionDescription& answer) {
  if (answer.media.size() != offer.media.size()) return Error(SdpErrc::kNotAnAnswer, "the number of sections");
  Negotiated negotiated;
  const MediaSection* first = nullptr;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    const MediaSection &offered = offer.media[i], &answered = answer.media[i];
    if (answered.kind != offered.kind || answered.mid != offered.mid)
      return Error(SdpErrc::kNotAnAnswer, "the sections");
    if (answered.port == 0) continue;
    SDR_TRY(read_section(offered, answered, negotiated));
    if (first == nullptr) first = &answered;
  }
  if (first == nullptr) return Error(SdpErrc::kNothingInCommon);
  negotiated.remote = transport_parameters(answer, *first);
  if (!negotiated.remote.is_complete()) return Error(SdpErrc::kNoTransport);
  const bool chosen = negotiated.remote.setup == DtlsSetup::kActive || negotiated.remote.setup == DtlsSetup::kPassive;
  if (!chosen) return Error(SdpErrc::kBadSetup, "the answer leaves the parts in DTLS open");
  return negotiated;
}

}  // namespace sdr::rtc
