// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/negotiation.h"
#include "rtc/sdp/section_match.h"

namespace sdr::rtc {
namespace {

constexpr uint16_t kDiscardPort = 9;  // where a section is not refused and its address comes by ICE (RFC 8840 4.1.1)

class Answerer {
 public:
  Answerer(const SessionDescription& offer, const AnswerOptions& options) : offer_(offer), options_(options) {}

  Result<Answer> make() {
    SessionDescription& description = answer_.description;
    description.session_id = options_.session_id;
    description.ice_lite = true;
    for (const MediaSection& offered : offer_.media) description.media.push_back(answer_section(offered));
    if (transport_of_ == nullptr) return Error(SdpErrc::kNothingInCommon);
    SDR_TRY(take_remote());
    if (bundle_ != nullptr) description.bundles.push_back(accepted_mids_);
    return std::move(answer_);
  }

 private:
  MediaSection answer_section(const MediaSection& offered) {
    if (shares_transport(offered)) {
      if (!answer_.negotiated.video) {
        if (auto section = answer_video(offered)) return std::move(*section);
      }
      if (options_.data && !answer_.negotiated.data && is_data_section(offered)) return answer_data(offered);
    }
    return refused(offered);
  }

  /// One transport for all: the first section that is taken decides which, those bundled with it may follow.
  bool shares_transport(const MediaSection& offered) const {
    if (offered.port == 0 && !offered.bundle_only) return false;
    if (transport_of_ == nullptr) return true;
    return bundle_ != nullptr && std::find(bundle_->begin(), bundle_->end(), offered.mid) != bundle_->end();
  }

  std::optional<MediaSection> answer_video(const MediaSection& offered) {
    const std::optional<FormatChoice> choice = choose_format(offered, options_.streams);
    if (!choice) return std::nullopt;
    const VideoStream& stream = options_.streams[choice->stream];
    NegotiatedVideo video = negotiate_video(offered, *choice);
    MediaSection section = accepted(offered);
    section.direction = MediaDirection::kSendOnly;
    section.rtcp_mux = true;
    section.rtcp_reduced_size = offered.rtcp_reduced_size;
    section.extensions = common_extensions(offered, video.extensions);
    section.rtp = answered_formats(offered, video, stream);
    section.formats.clear();
    for (const RtpFormat& format : section.rtp) section.formats.push_back(std::to_string(format.payload_type));
    add_sources(section, video);
    answer_.negotiated.video = std::move(video);
    return section;
  }

  void add_sources(MediaSection& section, const NegotiatedVideo& video) const {
    section.msid = options_.stream_id + " " + options_.track_id;
    section.sources.push_back({options_.ssrc, options_.cname, section.msid});
    if (!video.rtx_payload_type) return;
    section.sources.push_back({options_.rtx_ssrc, options_.cname, section.msid});
    section.source_groups.push_back({"FID", {options_.ssrc, options_.rtx_ssrc}});
  }

  MediaSection answer_data(const MediaSection& offered) {
    answer_.negotiated.data = negotiate_data(offered);
    MediaSection section = accepted(offered);
    section.sctp_port = options_.sctp_port;
    section.max_message_size = options_.max_message_size;
    return section;
  }

  /// What is the same in every section that we take.
  MediaSection accepted(const MediaSection& offered) {
    MediaSection section;
    section.kind = offered.kind;
    section.port = kDiscardPort;
    section.protocol = offered.protocol;
    section.formats = offered.formats;
    section.mid = offered.mid;
    section.transport = options_.local;
    section.transport.setup = DtlsSetup::kPassive;
    if (transport_of_ == nullptr) {  // candidates stand in the section that the bundle is named after
      transport_of_ = &offered;
      bundle_ = bundle_of(offer_, offered);
      section.candidates = options_.candidates;
      section.end_of_candidates = true;
    }
    accepted_mids_.push_back(offered.mid);
    return section;
  }

  static MediaSection refused(const MediaSection& offered) {
    MediaSection section;
    section.kind = offered.kind;
    section.port = 0;
    section.protocol = offered.protocol;
    section.formats = offered.formats;
    section.mid = offered.mid;
    section.direction = MediaDirection::kInactive;
    return section;
  }

  Status take_remote() {
    const TransportParameters& remote = transport_parameters(offer_, *transport_of_);
    if (!remote.is_complete()) return Error(SdpErrc::kNoTransport);
    const DtlsSetup setup = remote.setup.value_or(DtlsSetup::kActPass);
    if (setup == DtlsSetup::kPassive || setup == DtlsSetup::kHoldConnection) return Error(SdpErrc::kBadSetup);
    answer_.negotiated.remote = remote;
    return Status();
  }

  const SessionDescription& offer_;
  const AnswerOptions& options_;
  Answer answer_;
  const MediaSection* transport_of_ = nullptr;        // the offer's section that was taken first
  const std::vector<std::string>* bundle_ = nullptr;  // the group it is in
  std::vector<std::string> accepted_mids_;
};

}  // namespace

Result<Answer> make_answer(const SessionDescription& offer, const AnswerOptions& options) {
  return Answerer(offer, options).make();
}

}  // namespace sdr::rtc
