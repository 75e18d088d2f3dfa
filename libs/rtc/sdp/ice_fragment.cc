// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/ice_fragment.h"

#include "rtc/sdp/errc.h"
#include "rtc/sdp/media_attributes.h"
#include "rtc/sdp/session_description.h"
#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

/// What one section says, added to the whole.
void merge(MediaSection& section, IceFragment& fragment) {
  if (fragment.ice_ufrag.empty() && fragment.ice_password.empty()) {
    fragment.ice_ufrag = section.transport.ice_ufrag;
    fragment.ice_password = section.transport.ice_password;
  }
  for (Candidate& candidate : section.candidates) {
    fragment.candidates.push_back({section.mid, std::move(candidate)});
  }
  fragment.candidates_ignored += section.candidates_ignored;
  fragment.end_of_candidates = fragment.end_of_candidates || section.end_of_candidates;
}

}  // namespace

Result<IceFragment> parse_ice_fragment(std::string_view text) {
  if (text.size() > SdpLimits::kBytes) return Error(SdpErrc::kTooLarge);
  SdpLineReader reader(text);
  IceFragment fragment;
  MediaSection section;  // at first what stands above all sections
  size_t sections = 0;
  for (SdpLine line;;) {
    SDR_TRY(reader.next(line));
    if (line.type == 0) break;
    if (line.type == 'm') {
      if (++sections > SdpLimits::kMedia) return reader.error(SdpErrc::kTooLarge, "m=");
      merge(section, fragment);
      section = MediaSection();
    }
    if (line.type != 'a') continue;
    const std::string_view name = take_field(line.value, ':');
    switch (take_media_attribute(section, name, line.value)) {
      case AttributeState::kBad:
        return reader.error(SdpErrc::kBadAttribute, name);
      case AttributeState::kTooMany:
        return reader.error(SdpErrc::kTooLarge, name);
      case AttributeState::kTaken:
      case AttributeState::kUnknown:
        break;
    }
  }
  merge(section, fragment);
  if (fragment.ice_ufrag.empty() || fragment.ice_password.empty()) return Error(SdpErrc::kNoTransport);
  return fragment;
}

std::string restart_fragment(std::string_view ice_ufrag, std::string_view ice_password, std::string_view mid,
                             const std::vector<Candidate>& candidates) {
  std::string text = "a=ice-lite\r\n";
  text.append("a=ice-ufrag:").append(ice_ufrag).append("\r\na=ice-pwd:").append(ice_password).append("\r\n");
  text.append("m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:").append(mid).append("\r\n");
  for (const Candidate& candidate : candidates) text += "a=" + to_string(candidate) + "\r\n";
  return text + "a=end-of-candidates\r\n";
}

}  // namespace sdr::rtc
