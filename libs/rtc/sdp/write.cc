// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "rtc/sdp/session_description.h"

namespace sdr::rtc {
namespace {

class Writer {
 public:
  void session(const SessionDescription& description) {
    line("v=0");
    line("o=- ", description.session_id, " ", std::to_string(description.version), " IN IP4 127.0.0.1");
    line("s=-");
    line("t=0 0");
    for (const auto& mids : description.bundles) words("a=group:BUNDLE", mids);
    if (description.ice_lite) line("a=ice-lite");
    if (!description.ice_options.empty()) {
      text_ += "a=ice-options:";
      for (const std::string& option : description.ice_options) {
        if (&option != &description.ice_options.front()) text_ += ' ';
        text_ += option;
      }
      line("");
    }
    for (const MediaSection& section : description.media) media(section);
  }

  std::string take() { return std::move(text_); }

 private:
  template <typename... Parts>
  void line(const Parts&... parts) {
    ((text_ += parts), ...);
    text_ += "\r\n";
  }

  void words(std::string_view start, const std::vector<std::string>& rest) {
    text_ += start;
    for (const std::string& word : rest) (text_ += ' ') += word;
    line("");
  }

  void media(const MediaSection& section) {
    words("m=" + section.kind + " " + std::to_string(section.port) + " " + section.protocol, section.formats);
    line("c=IN IP4 0.0.0.0");
    if (!section.mid.empty()) line("a=mid:", section.mid);
    transport(section.transport);
    for (const Candidate& candidate : section.candidates) line("a=", to_string(candidate));
    if (section.end_of_candidates) line("a=end-of-candidates");
    if (section.bundle_only) line("a=bundle-only");
    if (section.rtcp_mux) line("a=rtcp-mux");
    if (section.rtcp_reduced_size) line("a=rtcp-rsize");
    constexpr std::array<std::string_view, 4> kDirections = {"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"};
    line(kDirections[static_cast<size_t>(section.direction)]);
    if (section.extmap_allow_mixed) line("a=extmap-allow-mixed");
    for (const auto& extension : section.extensions)
      line("a=extmap:", std::to_string(extension.id), " ", extension.uri);
    for (const RtpFormat& format : section.rtp) this->format(format);
    sources(section);
    if (section.sctp_port) line("a=sctp-port:", std::to_string(*section.sctp_port));
    if (section.max_message_size) line("a=max-message-size:", std::to_string(*section.max_message_size));
  }

  void transport(const TransportParameters& transport) {
    if (!transport.ice_ufrag.empty()) line("a=ice-ufrag:", transport.ice_ufrag);
    if (!transport.ice_password.empty()) line("a=ice-pwd:", transport.ice_password);
    for (const std::string& fingerprint : transport.fingerprints) line("a=fingerprint:", fingerprint);
    constexpr std::array<std::string_view, 4> kSetups = {"actpass", "active", "passive", "holdconn"};
    if (transport.setup) line("a=setup:", kSetups[static_cast<size_t>(*transport.setup)]);
  }

  void format(const RtpFormat& format) {
    const std::string type = std::to_string(format.payload_type);
    if (!format.name.empty()) {
      line("a=rtpmap:", type, " ", format.name, "/", std::to_string(format.clock_rate),
           format.channels.empty() ? "" : "/" + format.channels);
    }
    for (const std::string& feedback : format.feedback) line("a=rtcp-fb:", type, " ", feedback);
    if (!format.parameters.empty()) line("a=fmtp:", type, " ", format.parameters);
  }

  void sources(const MediaSection& section) {
    if (!section.msid.empty()) line("a=msid:", section.msid);
    for (const SourceGroup& group : section.source_groups) {
      text_ += "a=ssrc-group:" + group.semantics;
      for (const uint32_t ssrc : group.ssrcs) (text_ += ' ') += std::to_string(ssrc);
      line("");
    }
    for (const MediaSource& source : section.sources) {
      const std::string ssrc = std::to_string(source.ssrc);
      line("a=ssrc:", ssrc, " cname:", source.cname);
      if (!source.msid.empty()) line("a=ssrc:", ssrc, " msid:", source.msid);
    }
  }

  std::string text_;
};

}  // namespace

std::string to_sdp(const SessionDescription& description) {
  Writer writer;
  writer.session(description);
  return writer.take();
}

}  // namespace sdr::rtc
