// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "rtc/sdp/ice_fragment.h"
#include "rtc/sdp/negotiation.h"

// Offers and trickled fragments from anyone. Besides staying within bounds: what was read is written so that it is read
// as the same; an answer has a section for each one offered, none that was not, and can be read itself.

namespace {

using namespace sdr::rtc;

AnswerOptions options() {
  AnswerOptions options;
  options.session_id = "77";
  options.local = {"ourUfrag", "ourPasswordOf24Letters00", {"sha-256 AB:CD"}, std::nullopt};
  options.streams = {{VideoCodec::kHevc, 1, 0, 93}, {VideoCodec::kH264, 0x4D, 0x40, 0x28}};
  options.ssrc = 1;
  options.rtx_ssrc = 2;
  options.cname = options.stream_id = options.track_id = "robot";
  return options;
}

void check_answer(const SessionDescription& offer) {
  const auto answer = make_answer(offer, options());
  if (!answer) return;
  SDR_ASSERT_OP(answer->description.media.size(), ==, offer.media.size());
  const std::string written = to_sdp(answer->description);
  const auto again = parse_sdp(written);
  SDR_ASSERT(again.ok(), again.error().message());
  SDR_ASSERT(to_sdp(*again) == written, written);
  for (size_t i = 0; i < offer.media.size(); ++i) {
    SDR_ASSERT(again->media[i].kind == offer.media[i].kind && again->media[i].mid == offer.media[i].mid,
               "another section");
  }
  SDR_ASSERT(answer->negotiated.video || answer->negotiated.data, "an answer for nothing");
}

void check_fragment(std::string_view text) {
  const auto fragment = parse_ice_fragment(text);
  if (!fragment) return;
  std::vector<Candidate> candidates;
  for (const auto& trickled : fragment->candidates) candidates.push_back(trickled.candidate);
  if (candidates.size() > SdpLimits::kPerSection) return;  // they came in several sections
  const auto again = parse_ice_fragment(restart_fragment(fragment->ice_ufrag, fragment->ice_password, "0", candidates));
  SDR_ASSERT(again.ok() && again->candidates.size() == candidates.size(), "a fragment that lost something");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_fragment(text);
  auto offer = parse_sdp(text);
  if (!offer) return 0;
  for (MediaSection& section : offer->media) section.candidates_ignored = 0;  // they are not written
  const std::string written = to_sdp(*offer);
  const auto again = parse_sdp(written);
  // What is inherited stands in each section when it is written, so a description may grow out of its bounds.
  if (written.size() <= SdpLimits::kBytes / 2) {
    SDR_ASSERT(again.ok(), again.error().message());
    SDR_ASSERT(*again == *offer, written);
  }
  check_answer(*offer);
  return 0;
}
