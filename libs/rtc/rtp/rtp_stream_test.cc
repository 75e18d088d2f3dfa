// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtp_stream.h"

#include <gtest/gtest.h>

#include "rtc/rtp/media_time.h"

namespace sdr::rtc {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kRealtimeUs = 1'700'000'000'000'000;
constexpr Duration kInterval = microseconds(33'333);
constexpr uint32_t kOffset = 1000;

// Frames that arrive 20 ms after what they show; how far their timestamps are from what that instant says.
class RtpStreamTest : public ::testing::Test {
 protected:
  int32_t ahead_ticks(Duration behind = {}, Duration late = {}) {
    now_ += kInterval;
    const uint64_t capture_us = kRealtimeUs + to_us(now_ - milliseconds(20) - behind);
    StoredFrame frame;
    frame.capture_us = capture_us;
    frame.media_time = media_time_of_us(capture_us);
    frame.arrived = now_ + late;
    const uint32_t timestamp = stream_.timestamp_of(frame);
    if (is_begun_) {
      EXPECT_GT(static_cast<int32_t>(timestamp - last_), 0);
    }
    is_begun_ = true;
    last_ = timestamp;
    return static_cast<int32_t>(timestamp - frame.media_time - kOffset);
  }
  // The largest distance while so much time passes, and the last.
  std::pair<int32_t, int32_t> ahead_for(Duration time, Duration behind = {}) {
    int32_t most = 0, last = 0;
    for (const Time end = now_ + time; now_ < end;) most = std::max(most, last = ahead_ticks(behind));
    return {most, last};
  }

  RtpStream stream_{{.ssrc = 7, .payload_type = 102, .first_sequence = 0, .timestamp_offset = kOffset}};
  Time now_{hours(1)};
  bool is_begun_ = false;
  uint32_t last_ = 0;
};

TEST_F(RtpStreamTest, SaysTheInstantThatAFrameShows) { EXPECT_EQ(ahead_for(seconds(2)), std::pair(0, 0)); }

TEST_F(RtpStreamTest, DoesNotCareWhenAFrameArrives) {
  for (int i = 0; i < 60; ++i) EXPECT_EQ(ahead_ticks({}, milliseconds(i * 7 % 31)), 0);
}

TEST_F(RtpStreamTest, MeetsItsTimeLineAgainAfterAnInstantThatWasDrawnTwice) {
  ahead_for(seconds(1));
  EXPECT_GT(ahead_ticks(kInterval), 0);
  EXPECT_EQ(ahead_ticks(), 0);
}

TEST_F(RtpStreamTest, MeetsItsTimeLineAgainAfterAnotherLayersOlderFrames) {
  ahead_for(seconds(1));
  EXPECT_GT(ahead_ticks(milliseconds(280)), 0);
  const auto [most, last] = ahead_for(seconds(3));
  EXPECT_LT(most, media_ticks(milliseconds(300)));
  EXPECT_EQ(last, 0);
}

TEST_F(RtpStreamTest, FollowsAFirstFrameThatWasHeldUp) {
  EXPECT_EQ(ahead_ticks(milliseconds(1340)), 0);
  EXPECT_EQ(ahead_for(seconds(1)), std::pair(0, 0));
}

TEST_F(RtpStreamTest, GoesOnWithThePassingTimeWhereAClockWasSet) {
  ahead_for(seconds(1));
  const auto [most, last] = ahead_for(seconds(1), hours(1));
  EXPECT_EQ(most, last);
  EXPECT_NEAR(last, static_cast<double>(media_ticks(hours(1))), 1);
  EXPECT_EQ(ahead_for(seconds(1)), std::pair(0, 0));
}

TEST_F(RtpStreamTest, KeepsGoingWhereTheClockStands) {
  ahead_for(seconds(1));
  const uint32_t before = last_;
  for (int i = 1; i <= 900; ++i) ahead_ticks(i * kInterval);
  const int64_t passed = media_ticks(900 * kInterval);
  EXPECT_GT(last_ - before, passed * 8 / 10);
  EXPECT_LE(last_ - before, passed + media_ticks(seconds(1)));
}

}  // namespace
}  // namespace sdr::rtc
