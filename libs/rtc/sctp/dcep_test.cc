// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/dcep.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sdr::rtc {
namespace {

// Figure of RFC 8832 section 5.1 filled in: unordered, no retransmissions, label `control`, protocol `p`.
const std::vector<uint8_t> kControlOpen = {0x03, 0x81, 0x01, 0x00, 0,   0,   0,   0,   0,   7,
                                           0,    1,    'c',  'o',  'n', 't', 'r', 'o', 'l', 'p'};

TEST(Dcep, ReadsAnOpening) {
  const auto open = parse_dcep_open(kControlOpen);
  ASSERT_TRUE(open);
  const DcepOpen expected{.type = DcepChannelType::rexmit_unordered,
                          .priority = 256,
                          .reliability = 0,
                          .label = "control",
                          .protocol = "p"};
  EXPECT_EQ(*open, expected);
}

TEST(Dcep, WritesWhatItReads) {
  std::vector<uint8_t> out(64);
  out.resize(write_dcep_open(*parse_dcep_open(kControlOpen), out));
  EXPECT_EQ(out, kControlOpen);
}

TEST(Dcep, RefusesEveryOtherLength) {
  for (size_t size = 0; size < kControlOpen.size(); ++size) {
    EXPECT_FALSE(parse_dcep_open(std::span(kControlOpen).first(size))) << size;
  }
  std::vector<uint8_t> longer = kControlOpen;
  longer.push_back(0);
  EXPECT_FALSE(parse_dcep_open(longer));
}

TEST(Dcep, RefusesTypesThatNobodyDefined) {
  std::vector<uint8_t> message = kControlOpen;
  message[1] = 0x03;
  EXPECT_FALSE(parse_dcep_open(message));
  message[1] = 0x83;
  EXPECT_FALSE(parse_dcep_open(message));
  message = kControlOpen;
  message[0] = 0x02;
  EXPECT_FALSE(parse_dcep_open(message));
}

TEST(Dcep, KnowsAnAcknowledgement) {
  EXPECT_TRUE(is_dcep_ack(kDcepAck));
  EXPECT_FALSE(is_dcep_ack({}));
  EXPECT_FALSE(is_dcep_ack(kControlOpen));
  EXPECT_FALSE(is_dcep_ack(std::vector<uint8_t>{0x02, 0x00}));
}

}  // namespace
}  // namespace sdr::rtc
