// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/packet_index.h"

#include <gtest/gtest.h>

#include "rtc/srtp/packet.h"
#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

TEST(EstimateIndex, TakesTheNearestTurn) {
  EXPECT_EQ(estimate_index(0x1'0005, 0x0006), 0x1'0006u);
  EXPECT_EQ(estimate_index(0x1'0005, 0x0004), 0x1'0004u);
  EXPECT_EQ(estimate_index(0x1'0005, 0xFFFE), 0x0'FFFEu) << "the turn before";
  EXPECT_EQ(estimate_index(0x1'FFF0, 0x0003), 0x2'0003u) << "the turn after";
  EXPECT_EQ(estimate_index(0x1'8000, 0x0001), 0x1'0001u);
  EXPECT_EQ(estimate_index(0x1'8001, 0x0000), 0x2'0000u);
}

TEST(EstimateIndex, NeverGoesBehindTheFirstTurn) {
  EXPECT_EQ(estimate_index(5, 0xFFF0), 0xFFF0u);
  EXPECT_EQ(estimate_index(0, 0x8000), 0x8000u);
  EXPECT_EQ(estimate_index(5, 3), 3u);
}

TEST(ReplayWindow, TakesEachIndexOnce) {
  ReplayWindow window;
  EXPECT_FALSE(window.any());
  for (const uint64_t index : {1000u, 1001u, 999u, 1005u, 1002u}) {
    EXPECT_TRUE(window.accepts(index)) << index;
    window.enter(index);
    EXPECT_FALSE(window.accepts(index)) << index;
  }
  EXPECT_TRUE(window.accepts(1003));
  EXPECT_EQ(window.newest(), 1005u);
}

TEST(ReplayWindow, RefusesWhatIsOlderThanItReaches) {
  ReplayWindow window;
  window.enter(1000);
  EXPECT_TRUE(window.accepts(1000 - ReplayWindow::kSize + 1));
  EXPECT_FALSE(window.accepts(1000 - ReplayWindow::kSize));
  EXPECT_FALSE(window.accepts(0));
}

TEST(ReplayWindow, ForgetsWhatAJumpLeavesBehind) {
  ReplayWindow window;
  window.enter(10);
  window.enter(10 + ReplayWindow::kSize - 1);
  EXPECT_FALSE(window.accepts(10)) << "still within it";
  EXPECT_TRUE(window.accepts(11));
  window.enter(1'000'000);
  EXPECT_TRUE(window.accepts(999'999));
  EXPECT_FALSE(window.accepts(11));
}

TEST(RtpHeaderBytes, CountsSourcesAndExtension) {
  testing::Bytes packet = testing::rtp_header(1, 2);
  EXPECT_EQ(rtp_header_bytes(packet), 12u);
  packet[0] |= 2;
  EXPECT_FALSE(rtp_header_bytes(packet)) << "two contributing sources that are not there";
  packet.resize(20);
  EXPECT_EQ(rtp_header_bytes(packet), 20u);
  packet[0] |= 0x10;
  EXPECT_FALSE(rtp_header_bytes(packet)) << "an extension that is not there";
  packet.insert(packet.end(), {0xBE, 0xDE, 0, 2});
  EXPECT_FALSE(rtp_header_bytes(packet)) << "an extension without its words";
  packet.resize(packet.size() + 8);
  EXPECT_EQ(rtp_header_bytes(packet), 32u);
  packet[0] = static_cast<uint8_t>((packet[0] & 0x3F) | 0x40);
  EXPECT_FALSE(rtp_header_bytes(packet)) << "version 1";
}

}  // namespace
}  // namespace sdr::rtc
