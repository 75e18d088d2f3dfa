// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/ice_fragment.h"

#include <gtest/gtest.h>

#include "rtc/sdp/errc.h"

namespace sdr::rtc {
namespace {

std::error_code refusal(std::string_view text) {
  const auto fragment = parse_ice_fragment(text);
  return fragment ? std::error_code() : fragment.error().code();
}

TEST(IceFragment, ReadsTrickledCandidates) {
  const auto fragment = parse_ice_fragment(
      "a=group:BUNDLE 0 1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"
      "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1 1 udp 2113667327 192.0.2.9 62230 typ host\r\n"
      "a=candidate:2 1 udp 1 x.local 62231 typ host\r\na=candidate:odd\r\na=end-of-candidates\r\n");
  ASSERT_TRUE(fragment.ok()) << fragment.error().message();
  EXPECT_EQ(fragment->ice_ufrag, "EsAw");
  EXPECT_EQ(fragment->ice_password, "P2uYro0UCOQ4zxjKXaWCBui1");
  ASSERT_EQ(fragment->candidates.size(), 2u);
  EXPECT_EQ(fragment->candidates[0].mid, "0");
  EXPECT_EQ(fragment->candidates[0].candidate.port, 62230);
  EXPECT_EQ(fragment->candidates_ignored, 1u);
  EXPECT_TRUE(fragment->end_of_candidates);
}

TEST(IceFragment, ReadsARestart) {
  const auto fragment =
      parse_ice_fragment("a=ice-options:trickle\na=ice-ufrag:ysXw\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\n");
  ASSERT_TRUE(fragment.ok());
  EXPECT_EQ(fragment->ice_ufrag, "ysXw");
  EXPECT_TRUE(fragment->candidates.empty());
}

TEST(IceFragment, RefusesWhatIsNone) {
  EXPECT_EQ(refusal(""), SdpErrc::kNoTransport);
  EXPECT_EQ(refusal("a=ice-ufrag:EsAw\n"), SdpErrc::kNoTransport);
  EXPECT_EQ(refusal("a=ice-ufrag:E\n"), SdpErrc::kBadAttribute);
  EXPECT_EQ(refusal("{\"candidate\":1}"), SdpErrc::kBadLine);
  std::string many;
  for (int i = 0; i < 40; ++i) many += "m=video 9 RTP/SAVPF 0\n";
  EXPECT_EQ(refusal(many), SdpErrc::kTooLarge);
}

TEST(IceFragment, WritesTheAnswerToARestart) {
  const Address address = *Address::parse("192.0.2.1:8189");
  const std::string text =
      restart_fragment("newUfrag", "newPasswordOf24Letters00", "0", host_candidates({&address, 1}));
  const auto fragment = parse_ice_fragment(text);
  ASSERT_TRUE(fragment.ok()) << text;
  EXPECT_EQ(fragment->ice_ufrag, "newUfrag");
  EXPECT_EQ(fragment->ice_password, "newPasswordOf24Letters00");
  ASSERT_EQ(fragment->candidates.size(), 1u);
  EXPECT_EQ(fragment->candidates[0].candidate.address, address);
}

}  // namespace
}  // namespace sdr::rtc
