// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/offers.h"
#include "rtc/sdp/session_description.h"

namespace sdr::rtc {
namespace {

constexpr std::string_view kStart = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n";
constexpr std::string_view kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\n";

std::error_code refusal(const std::string& text) {
  const auto parsed = parse_sdp(text);
  return parsed ? std::error_code() : parsed.error().code();
}

/// Of a description with one video section and these lines in it.
std::error_code refusal_of(const std::string& lines) {
  return refusal(std::string(kStart) + std::string(kVideo) + lines);
}

TEST(ParseSdp, ReadsChromiumsOffer) {
  const auto offer = parse_sdp(offers::kChromium);
  ASSERT_TRUE(offer.ok()) << offer.error().message();
  EXPECT_EQ(offer->session_id, "1906915566906275680");
  EXPECT_EQ(offer->version, 2u);
  EXPECT_EQ(offer->bundles, (std::vector<std::vector<std::string>>{{"0", "1"}}));
  EXPECT_EQ(offer->ice_options, std::vector<std::string>{"trickle"});
  ASSERT_EQ(offer->media.size(), 2u);

  const MediaSection& video = offer->media[0];
  EXPECT_EQ(video.kind, "video");
  EXPECT_EQ(video.mid, "0");
  EXPECT_EQ(video.direction, MediaDirection::kReceiveOnly);
  EXPECT_EQ(video.transport.ice_ufrag, "SVfs");
  EXPECT_EQ(video.transport.ice_password, "xAwDUFU7owF+Tj8AGzKN4Tg/");
  EXPECT_EQ(video.transport.setup, DtlsSetup::kActPass);
  EXPECT_TRUE(video.rtcp_mux && video.rtcp_reduced_size && video.extmap_allow_mixed && !video.bundle_only);
  ASSERT_EQ(video.rtp.size(), 11u);
  EXPECT_EQ(video.rtp[2].payload_type, 102);
  EXPECT_EQ(video.rtp[2].name, "H264");
  EXPECT_EQ(video.rtp[2].clock_rate, 90000u);
  EXPECT_EQ(video.rtp[2].parameters, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f");
  EXPECT_EQ(video.rtp[2].feedback.size(), 5u);
  EXPECT_EQ(video.extensions.size(), 5u);
  ASSERT_EQ(video.candidates.size(), 1u);
  EXPECT_EQ(video.candidates[0].port, 58176);
  EXPECT_EQ(video.candidates_ignored, 1u);

  const MediaSection& data = offer->media[1];
  EXPECT_EQ(data.kind, "application");
  EXPECT_EQ(data.formats, std::vector<std::string>{"webrtc-datachannel"});
  EXPECT_EQ(data.sctp_port, 5000);
  EXPECT_EQ(data.max_message_size, 262144u);
  EXPECT_EQ(offer->find("1"), &data);
  EXPECT_EQ(offer->find("2"), nullptr);
}

TEST(ParseSdp, SectionsInheritWhatTheSessionSays) {
  const auto offer = parse_sdp(offers::kFirefox);
  ASSERT_TRUE(offer.ok()) << offer.error().message();
  for (const MediaSection& section : offer->media) {
    EXPECT_TRUE(section.transport.is_complete());
    EXPECT_EQ(section.transport.fingerprints.size(), 1u);
  }
  EXPECT_EQ(offer->media[0].direction, MediaDirection::kReceiveOnly);
  EXPECT_EQ(offer->media[2].direction, MediaDirection::kSendReceive);
  EXPECT_EQ(offer->media[0].rtp[0].channels, "2");
  ASSERT_EQ(offer->media[1].rtp.size(), 6u);
  EXPECT_EQ(offer->media[1].rtp[2].name, "H264");
  EXPECT_EQ(offer->media[1].extensions[1].id, 6) << "with a direction behind it";
  EXPECT_EQ(offer->media[1].sources[0].ssrc, 3463672643u);
}

TEST(ParseSdp, ReadsCrLfAsWellAsLf) {
  std::string with_cr;
  for (const char c : offers::kAiortc) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto lf = parse_sdp(offers::kAiortc), cr_lf = parse_sdp(with_cr);
  ASSERT_TRUE(lf.ok() && cr_lf.ok());
  EXPECT_EQ(*lf, *cr_lf);
  EXPECT_EQ(lf->media[0].transport.fingerprints.size(), 2u);
  EXPECT_TRUE(lf->media[0].end_of_candidates);
  EXPECT_EQ(lf->media[0].source_groups[0].ssrcs, (std::vector<uint32_t>{746229013, 1476962588}));
}

TEST(ParseSdp, WritesWhatItReads) {
  for (const auto text : {offers::kChromium, offers::kFirefox, offers::kGStreamer, offers::kAiortc}) {
    auto offer = parse_sdp(text);
    ASSERT_TRUE(offer.ok()) << offer.error().message();
    const auto again = parse_sdp(to_sdp(*offer));
    ASSERT_TRUE(again.ok()) << again.error().message();
    for (MediaSection& section : offer->media) section.candidates_ignored = 0;
    EXPECT_EQ(*again, *offer) << to_sdp(*offer);
  }
}

TEST(ParseSdp, FeedbackForAllFormatsIsThatOfEach) {
  const auto offer = parse_sdp(std::string(kStart) + "m=video 9 UDP/TLS/RTP/SAVPF 96 97\na=rtcp-fb:* nack\n");
  ASSERT_TRUE(offer.ok());
  for (const RtpFormat& format : offer->media[0].rtp) EXPECT_EQ(format.feedback, std::vector<std::string>{"nack"});
}

TEST(ParseSdp, PassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(refusal_of("b=AS:500\na=unheard-of\na=x:1 2 3\na=rtpmap:55 VP9/90000\na=rtcp-fb:55 nack\n\n\n"),
            std::error_code());
}

TEST(ParseSdp, RefusesLinesThatAreNone) {
  for (const char* text :
       {"", "o=- 1 1 IN IP4 0.0.0.0\n", "v=1\n", "v=0\nhello\n", "v=0\n=\n", "v=0\nA=x\n", "v=0\na\n", "v=0\nv=0\n",
        "v=0\ns=a\x01\n", "v=0\ra=x\n", "v=0\no=-\n", "v=0\no=- x 1 IN IP4 0\n"}) {
    EXPECT_EQ(refusal(text), SdpErrc::kBadLine) << text;
  }
  EXPECT_EQ(refusal(std::string("v=0\ns=a\0b\n", 11)), SdpErrc::kBadLine);
  for (const char* line : {"m=video\n", "m=video 9\n", "m=video 9 RTP/SAVPF\n", "m=video x RTP/SAVPF 96\n",
                           "m=video 65536 RTP/SAVPF 96\n", "m=video 9 RTP//SAVPF 96\n", "m=video 9 RTP/SAVPF 128\n",
                           "m=video 9 RTP/SAVPF H264\n", "m=video 9 RTP/SAVPF 96  97\n", "m=vi(deo 9 RTP/SAVPF 96\n"}) {
    EXPECT_EQ(refusal(std::string(kStart) + line), SdpErrc::kBadLine) << line;
  }
}

TEST(ParseSdp, RefusesAttributesThatMatterAndHaveNotTheirForm) {
  for (const char* line : {"a=mid:\n",
                           "a=mid:a b\n",
                           "a=ice-ufrag:abc\n",
                           "a=ice-ufrag:ab cd\n",
                           "a=ice-pwd:short\n",
                           "a=setup:maybe\n",
                           "a=fingerprint:sha-256\n",
                           "a=fingerprint:sha-256 A\n",
                           "a=fingerprint:sha-256 AB:C\n",
                           "a=fingerprint:sha-256 AB:CG\n",
                           "a=fingerprint:sha-256 AB-CD\n",
                           "a=rtpmap:96\n",
                           "a=rtpmap:96 H264\n",
                           "a=rtpmap:96 H264/x\n",
                           "a=rtcp-fb:96\n",
                           "a=extmap:1\n",
                           "a=extmap:x uri\n",
                           "a=ssrc:x cname:a\n",
                           "a=ssrc-group:FID x\n",
                           "a=sctp-port:70000\n",
                           "a=max-message-size:-1\n",
                           "a=msid:\n"}) {
    EXPECT_EQ(refusal_of(line), SdpErrc::kBadAttribute) << line;
  }
  EXPECT_EQ(refusal_of("a=mid:0\n" + std::string(kVideo) + "a=mid:0\n"), SdpErrc::kBadAttribute);
  EXPECT_EQ(refusal("v=0\na=group:BUNDLE 0 (\n"), SdpErrc::kBadAttribute);
}

TEST(ParseSdp, IsBounded) {
  const auto many = [](int count, const std::string& line) {
    std::string text;
    for (int i = 0; i < count; ++i) text += line;
    return text;
  };
  EXPECT_EQ(refusal(std::string(kStart) + many(33, std::string(kVideo))), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal(std::string(kStart) + "m=video 9 RTP/SAVPF" + many(65, " 96") + "\n"), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(65, "a=extmap:1 uri\n")), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(65, "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n")), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(17, "a=rtcp-fb:96 nack\n")), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(9, "a=fingerprint:sha-1 AB\n")), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of("a=x:" + std::string(2048, 'x') + "\n"), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(2001, "a=x\n")), SdpErrc::kTooLarge);
  EXPECT_EQ(refusal_of(many(40, "a=x:" + std::string(2000, 'x') + "\n")), SdpErrc::kTooLarge);
}

}  // namespace
}  // namespace sdr::rtc
