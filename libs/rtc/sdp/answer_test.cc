// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/negotiation.h"
#include "rtc/sdp/offers.h"

namespace sdr::rtc {
namespace {

constexpr VideoStream kMain = {VideoCodec::kH264, 0x4D, 0x40, 0x28};
constexpr VideoStream kHevc = {VideoCodec::kHevc, 1, 0, 93};

AnswerOptions options() {
  AnswerOptions options;
  options.session_id = "77";
  options.local = {"ourUfrag", "ourPasswordOf24Letters00", {"sha-256 AB:CD"}, std::nullopt};
  const std::array<Address, 2> addresses = {*Address::parse("192.0.2.1:8189"),
                                            *Address::parse("192.0.2.1:8189", Transport::kTcp)};
  options.candidates = host_candidates(addresses);
  options.streams = {kMain};
  options.ssrc = 1111;
  options.rtx_ssrc = 2222;
  options.cname = "robot";
  options.stream_id = "camera";
  options.track_id = "video";
  return options;
}

Answer answer_to(std::string_view offer, const AnswerOptions& with = options()) {
  return make_answer(parse_sdp(offer).value(), with).value();
}

std::string replaced(std::string_view text, const std::string& what, const std::string& with) {
  std::string out(text);
  for (size_t at = out.find(what); at != std::string::npos; at = out.find(what, at + with.size())) {
    out.replace(at, what.size(), with);
  }
  return out;
}

std::error_code refusal(const std::string& offer) {
  const auto answer = make_answer(parse_sdp(offer).value(), options());
  return answer ? std::error_code() : answer.error().code();
}

TEST(MakeAnswer, TakesChromiumsOfferAsAWhole) {
  const Answer answer = answer_to(offers::kChromium);
  EXPECT_EQ(to_sdp(answer.description), replaced(R"(v=0
o=- 77 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=ice-lite
m=video 9 UDP/TLS/RTP/SAVPF 116 117
c=IN IP4 0.0.0.0
a=mid:0
a=ice-ufrag:ourUfrag
a=ice-pwd:ourPasswordOf24Letters00
a=fingerprint:sha-256 AB:CD
a=setup:passive
a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host
a=candidate:2 1 tcp 1520434943 192.0.2.1 8189 typ host tcptype passive
a=end-of-candidates
a=rtcp-mux
a=rtcp-rsize
a=sendonly
a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time
a=rtpmap:116 H264/90000
a=rtcp-fb:116 transport-cc
a=rtcp-fb:116 ccm fir
a=rtcp-fb:116 nack
a=rtcp-fb:116 nack pli
a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d0028
a=rtpmap:117 rtx/90000
a=fmtp:117 apt=116
a=msid:camera video
a=ssrc-group:FID 1111 2222
a=ssrc:1111 cname:robot
a=ssrc:1111 msid:camera video
a=ssrc:2222 cname:robot
a=ssrc:2222 msid:camera video
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:1
a=ice-ufrag:ourUfrag
a=ice-pwd:ourPasswordOf24Letters00
a=fingerprint:sha-256 AB:CD
a=setup:passive
a=sendrecv
a=sctp-port:5000
a=max-message-size:65536
)",
                                                 "\n", "\r\n"));
  const NegotiatedVideo& video = answer.negotiated.video.value();
  EXPECT_EQ(video.mid, "0");
  EXPECT_EQ(video.payload_type, 116);
  EXPECT_EQ(video.rtx_payload_type, 117);
  EXPECT_EQ(video.match, FormatMatch::kExact);
  EXPECT_TRUE(video.nack && video.pli && video.fir && video.transport_cc);
  EXPECT_EQ(video.extensions.mid, 9);
  EXPECT_EQ(video.extensions.transport_sequence, 4);
  EXPECT_EQ(video.extensions.playout_delay, 5);
  EXPECT_EQ(video.extensions.abs_capture_time, 12);
  const NegotiatedData& data = answer.negotiated.data.value();
  EXPECT_EQ(data.remote_sctp_port, 5000);
  EXPECT_EQ(data.remote_max_message_size, 262144u);
  EXPECT_EQ(answer.negotiated.remote.ice_ufrag, "SVfs");
  EXPECT_EQ(answer.negotiated.remote.fingerprints.size(), 1u);
}

TEST(MakeAnswer, RefusesFirefoxsAudioAndBundlesTheRest) {
  const Answer answer = answer_to(offers::kFirefox);
  ASSERT_EQ(answer.description.media.size(), 3u);
  const MediaSection& audio = answer.description.media[0];
  EXPECT_EQ(audio.port, 0);
  EXPECT_EQ(audio.mid, "0");
  EXPECT_EQ(audio.formats, (std::vector<std::string>{"109", "9", "0"}));
  EXPECT_FALSE(audio.transport.is_complete());
  EXPECT_EQ(answer.description.bundles, (std::vector<std::vector<std::string>>{{"1", "2"}}));
  EXPECT_EQ(answer.description.media[1].candidates.size(), 2u) << "where the bundle gets its name from";
  EXPECT_TRUE(answer.description.media[2].candidates.empty());
  EXPECT_EQ(answer.negotiated.video->payload_type, 126) << "not 97, whose packetisation is not declared";
  EXPECT_EQ(answer.negotiated.video->match, FormatMatch::kCodec);
}

TEST(MakeAnswer, TakesGStreamersVideoAlone) {
  const Answer answer = answer_to(offers::kGStreamer);
  EXPECT_TRUE(answer.description.bundles.empty());
  EXPECT_EQ(answer.negotiated.video->payload_type, 101);
  EXPECT_EQ(answer.negotiated.video->match, FormatMatch::kUndeclared);
  EXPECT_EQ(answer.negotiated.video->rtx_payload_type, std::nullopt);
  EXPECT_EQ(answer.description.media[0].sources.size(), 1u);
  EXPECT_FALSE(answer.negotiated.data.has_value());
}

TEST(MakeAnswer, TakesAiortcsOfferWithoutTransportWideFeedback) {
  const Answer answer = answer_to(offers::kAiortc);
  EXPECT_EQ(answer.negotiated.video->payload_type, 99);
  EXPECT_FALSE(answer.negotiated.video->transport_cc);
  EXPECT_EQ(answer.negotiated.video->extensions.transport_sequence, 0);
  EXPECT_EQ(answer.negotiated.remote.fingerprints.size(), 2u);
  const MediaSection& video = answer.description.media[0];
  EXPECT_EQ(video.rtp[0].feedback, (std::vector<std::string>{"nack", "nack pli"}));
}

TEST(MakeAnswer, PrefersTheStreamThatComesFirst) {
  const std::string with_hevc =
      replaced(offers::kChromium, "a=rtpmap:96 VP8/90000", "a=rtpmap:96 H265/90000\na=fmtp:96 profile-id=1");
  AnswerOptions both = options();
  both.streams = {kHevc, kMain};
  EXPECT_EQ(answer_to(with_hevc, both).negotiated.video->payload_type, 96);
  EXPECT_EQ(answer_to(with_hevc, both).negotiated.video->rtx_payload_type, 97);
  EXPECT_EQ(answer_to(offers::kChromium, both).negotiated.video->stream, 1u);
}

TEST(MakeAnswer, ServesDataWhereTheVideoCannotBe) {
  AnswerOptions hevc_only = options();
  hevc_only.streams = {kHevc};
  const Answer answer = answer_to(offers::kChromium, hevc_only);
  EXPECT_FALSE(answer.negotiated.video.has_value());
  EXPECT_TRUE(answer.negotiated.data.has_value());
  EXPECT_EQ(answer.description.media[0].port, 0);
  EXPECT_EQ(answer.description.media[1].candidates.size(), 2u);
}

TEST(MakeAnswer, TakesOneVideoAndOneAssociationAndRefusesMore) {
  const std::string extra =
      "m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:2\na=recvonly\na=rtcp-mux\na=rtpmap:96 H264/90000\n"
      "a=fmtp:96 packetization-mode=1\n"
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:3\na=sctp-port:5001\n";
  const Answer answer = answer_to(replaced(offers::kChromium, "BUNDLE 0 1", "BUNDLE 0 1 2 3") + extra);
  ASSERT_EQ(answer.description.media.size(), 4u);
  EXPECT_EQ(answer.description.media[2].port, 0);
  EXPECT_EQ(answer.description.media[3].port, 0);
}

TEST(MakeAnswer, LeavesOutWhatIsNotInTheBundle) {
  const Answer answer = answer_to(replaced(offers::kChromium, "BUNDLE 0 1", "BUNDLE 0"));
  EXPECT_TRUE(answer.negotiated.video.has_value());
  EXPECT_FALSE(answer.negotiated.data.has_value());
  EXPECT_EQ(answer.description.media[1].port, 0);
}

TEST(MakeAnswer, SectionsThatRideOnAnotherTakeItsTransport) {
  // max-bundle: port 0, bundle-only, and everything of the transport in the first section, audio, which is refused.
  std::string offer = replaced(offers::kFirefox, "m=video 9", "m=video 0");
  offer = replaced(offer, "a=mid:1\n", "a=mid:1\na=bundle-only\n");
  const size_t video = offer.find("m=video");
  offer = offer.substr(0, video) + replaced(replaced(offer.substr(video), "a=ice-ufrag:89abcdef\n", ""),
                                            "a=ice-pwd:0123456789abcdef0123456789abcdef\n", "");
  const Answer answer = answer_to(offer);
  EXPECT_EQ(answer.negotiated.remote.ice_ufrag, "89abcdef");
  EXPECT_EQ(answer.description.media[1].port, 9);
}

TEST(MakeAnswer, RefusesSectionsThatCannotBeServed) {
  for (const auto& [what, with] :
       {std::pair("a=rtcp-mux\n", ""), std::pair("a=recvonly", "a=sendonly"), std::pair("a=recvonly", "a=inactive"),
        std::pair("UDP/TLS/RTP/SAVPF", "RTP/AVP"), std::pair("packetization-mode=1", "packetization-mode=0"),
        std::pair("m=video 9", "m=video 0")}) {
    const Answer answer = answer_to(replaced(offers::kChromium, what, with));
    EXPECT_FALSE(answer.negotiated.video.has_value()) << what << with;
    EXPECT_TRUE(answer.negotiated.data.has_value());
  }
}

TEST(MakeAnswer, SaysWhyThereIsNone) {
  EXPECT_EQ(refusal(replaced(offers::kGStreamer, "H264", "VP8")), SdpErrc::kNothingInCommon);
  EXPECT_EQ(refusal("v=0\n"), SdpErrc::kNothingInCommon);
  EXPECT_EQ(refusal(replaced(offers::kGStreamer, "a=ice-pwd", "a=x")), SdpErrc::kNoTransport);
  EXPECT_EQ(refusal(replaced(offers::kGStreamer, "a=fingerprint", "a=x")), SdpErrc::kNoTransport);
  EXPECT_EQ(refusal(replaced(offers::kGStreamer, "actpass", "passive")), SdpErrc::kBadSetup);
  EXPECT_EQ(refusal(replaced(offers::kGStreamer, "actpass", "active")), std::error_code());
}

TEST(MakeAnswer, LeavesOutExtensionsThatDoNotFit) {
  const std::string high_id = replaced(offers::kChromium, "a=extmap:5 ", "a=extmap:15 ");
  EXPECT_EQ(answer_to(high_id).negotiated.video->extensions.playout_delay, 0);
  std::string long_mid = replaced(offers::kChromium, "a=mid:0", "a=mid:a-name-of-20-letters");
  long_mid = replaced(long_mid, "BUNDLE 0 1", "BUNDLE a-name-of-20-letters 1");
  EXPECT_EQ(answer_to(long_mid).negotiated.video->extensions.mid, 0);
}

}  // namespace
}  // namespace sdr::rtc
