// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/candidate.h"

#include <gtest/gtest.h>

#include "rtc/ice/errc.h"

namespace sdr::rtc {
namespace {

TEST(Candidate, ReadsWhatBrowsersSend) {
  const auto udp = parse_candidate(
      "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.5 rport 46154 generation 0 ufrag "
      "EEtu network-id 3 network-cost 10");
  ASSERT_TRUE(udp.ok());
  EXPECT_EQ(udp->foundation, "842163049");
  EXPECT_EQ(udp->component, 1);
  EXPECT_EQ(udp->priority, 1677729535u);
  EXPECT_EQ(udp->type, CandidateType::kServerReflexive);
  ASSERT_TRUE(udp->address.has_value());
  EXPECT_EQ(udp->address->to_string(), "203.0.113.7:46154");

  const auto tcp = parse_candidate("candidate:1 1 TCP 1518280447 2001:db8::5 9 typ host tcptype active generation 0");
  ASSERT_TRUE(tcp.ok());
  EXPECT_EQ(tcp->tcp_role, TcpRole::kActive);
  EXPECT_EQ(tcp->address->to_string(), "[2001:db8::5]:9 tcp");
}

TEST(Candidate, ReadsNamesThatHideAnAddress) {
  const auto hidden =
      parse_candidate("candidate:0 1 UDP 2122252543 4f0e2c8a-7d1a-4c3e-9a5e-51b6d2d6a001.local 51234 typ host");
  ASSERT_TRUE(hidden.ok());
  EXPECT_FALSE(hidden->address.has_value());
  EXPECT_EQ(hidden->host, "4f0e2c8a-7d1a-4c3e-9a5e-51b6d2d6a001.local");
  EXPECT_EQ(hidden->port, 51234);
}

TEST(Candidate, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "candidate:",
                           "candidate:1 1 udp 1 192.0.2.1 5",
                           "candidate:1 1 udp 1 192.0.2.1 5 typ",
                           "1 1 udp 1 192.0.2.1 5 typ host",
                           "candidate:- 1 udp 1 192.0.2.1 5 typ host",
                           "candidate:1 0 udp 1 192.0.2.1 5 typ host",
                           "candidate:1 257 udp 1 192.0.2.1 5 typ host",
                           "candidate:1 1 sctp 1 192.0.2.1 5 typ host",
                           "candidate:1 1 udp 0 192.0.2.1 5 typ host",
                           "candidate:1 1 udp 4294967296 192.0.2.1 5 typ host",
                           "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
                           "candidate:1 1 udp 1 a_b 5 typ host",
                           "candidate:1 1 udp 1 192.0.2.1 5 typ guest",
                           "candidate:1 1 udp 1 192.0.2.1 5 tip host",
                           "candidate:1 1 tcp 1 192.0.2.1 5 typ host",
                           "candidate:1 1 udp 1 192.0.2.1 5 typ host x",
                           "candidate:1 1 udp 1 192.0.2.1 5 typ host tcptype passive",
                           "candidate:1 1 tcp 1 192.0.2.1 5 typ host tcptype eager",
                           "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.1 5 typ host"}) {
    const auto candidate = parse_candidate(text);
    ASSERT_FALSE(candidate.ok()) << text;
    EXPECT_EQ(candidate.error().code(), IceErrc::kBadCandidate);
  }
}

TEST(Candidate, WritesWhatItReads) {
  for (const char* text :
       {"candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host", "candidate:9/+a 2 udp 7 x.local 1 typ relay",
        "candidate:2 1 tcp 1518280447 2001:db8::5 8189 typ prflx tcptype so"}) {
    const auto candidate = parse_candidate(text);
    ASSERT_TRUE(candidate.ok()) << text;
    EXPECT_EQ(to_string(*candidate), text);
  }
}

TEST(Candidate, OursPreferUdpAndTheFirstAddress) {
  const std::array<Address, 4> addresses = {*Address::parse("192.0.2.1:8189"), *Address::parse("[2001:db8::1]:8189"),
                                            *Address::parse("192.0.2.1:8189", Transport::kTcp),
                                            *Address::parse("[2001:db8::1]:8189", Transport::kTcp)};
  const auto candidates = host_candidates(addresses);
  ASSERT_EQ(candidates.size(), 4u);
  for (size_t i = 1; i < candidates.size(); ++i) {
    EXPECT_GT(candidates[i - 1].priority, candidates[i].priority);
    EXPECT_NE(candidates[i - 1].foundation, candidates[i].foundation);
  }
  EXPECT_EQ(to_string(candidates[0]), "candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host");
  EXPECT_EQ(to_string(candidates[2]), "candidate:3 1 tcp 1520434687 192.0.2.1 8189 typ host tcptype passive");
  for (const Candidate& candidate : candidates) EXPECT_EQ(parse_candidate(to_string(candidate)).value(), candidate);
}

}  // namespace
}  // namespace sdr::rtc
