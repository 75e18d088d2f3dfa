// SPDX-License-Identifier: Apache-2.0
// A viewer behind bad networks, in virtual time: what a person in front of the browser would see, and how old what
// steers the robot gets. Every seed is a case of its own, so that one that fails is named.
#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/peer/testing/call.h"
#include "rtc/sctp/control_input.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Call;

constexpr Duration kRoundTrip = milliseconds(40);

class PeerNetwork : public ::testing::TestWithParam<uint32_t> {
 protected:
  Call::Options options() const {
    Call::Options options;
    options.seed = GetParam() * 101;
    options.down.delay = options.up.delay = kRoundTrip / 2;
    return options;
  }
  static double shown_per_second(Call& call, Time from) {
    const auto& shown = call.player->browser().shown();
    const auto count = std::count_if(shown.begin(), shown.end(), [&](const auto& frame) { return frame.time >= from; });
    return static_cast<double>(count) / std::chrono::duration<double>(call.now() - from).count();
  }
};

/// Twists at 20 Hz from now on; the ages of the newest one that the peer has got, taken each millisecond.
std::vector<Duration> ages_of_twists(Call& call, Duration duration) {
  ControlInput input;
  std::vector<Time> sent_at;
  std::vector<Duration> ages;
  Time newest = call.now();
  call.on_message = [&](const ChannelMessage& message) {
    if (const auto taken = input.take(message.bytes, message.text)) {
      newest = sent_at[std::get<schema::ChannelTwist>(*taken).sequence];
    }
    return true;
  };
  for (const Time end = call.now() + duration; call.now() < end;) {
    schema::ChannelTwist twist;
    twist.sequence = static_cast<uint32_t>(sent_at.size());
    std::string bytes;
    encode(twist, bytes);
    sent_at.push_back(call.now());
    EXPECT_EQ(call.player->send(Channel::control, bytes, false), SendResult::sent);
    for (int i = 0; i < 50; ++i) {
      call.run(milliseconds(1));
      ages.push_back(call.now() - newest);
    }
  }
  call.on_message = nullptr;
  EXPECT_EQ(input.malformed(), 0u);
  std::sort(ages.begin(), ages.end());
  return ages;
}

TEST_P(PeerNetwork, ShowsAndSteersAtFivePercentLossWithoutAFreezeOfHalfASecond) {
  auto setup = options();
  setup.down.loss = setup.up.loss = 0.05;
  Call call(setup);
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.run(seconds(1));
  const Time start = call.now();
  const std::vector<Duration> ages = ages_of_twists(call, seconds(20));
  EXPECT_LE(call.player->browser().longest_freeze(start, call.now()), milliseconds(500));
  EXPECT_GE(shown_per_second(call, start), 55);
  EXPECT_LE(ages[ages.size() * 99 / 100], 3 * kRoundTrip);
}

TEST_P(PeerNetwork, ConnectsAndRecoversAtTwentyPercentLoss) {
  auto setup = options();
  setup.down.loss = setup.up.loss = 0.20;
  Call call(setup);
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.run(seconds(12));
  EXPECT_GE(shown_per_second(call, call.now() - seconds(8)), 45);
  EXPECT_LE(call.player->browser().longest_freeze(call.now() - seconds(8), call.now()), milliseconds(1200));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(call.run_until(
        [&] { return call.player->send(Channel::commands, std::to_string(i), true) == SendResult::sent; }, seconds(5)));
  }
  ASSERT_TRUE(call.run_until([&] { return call.messages.size() == 20; }, seconds(20)));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(call.messages[static_cast<size_t>(i)].bytes, std::to_string(i));
}

TEST_P(PeerNetwork, RecoversFromBurstsReorderingDuplicationAndJitter) {
  auto setup = options();
  setup.down.burst_start = 0.005;
  setup.down.burst_end = 0.1;
  setup.down.reorder = setup.down.duplicate = 0.05;
  setup.down.jitter = milliseconds(15);
  setup.up = setup.down;
  Call call(setup);
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.run(seconds(10));
  EXPECT_GE(shown_per_second(call, call.now() - seconds(5)), 50);
  EXPECT_LE(call.player->browser().longest_freeze(call.now() - seconds(8), call.now()), milliseconds(1000));
}

TEST_P(PeerNetwork, TakesTheLowerLayerWhenTheBandwidthFallsAndReturnsWithIt) {
  auto setup = options();
  setup.down.rate_bps = 12e6;
  setup.layer_bps = {8e6, 2e6};
  Call call(setup);
  ASSERT_TRUE(call.connect());
  call.run(seconds(6));
  EXPECT_EQ(call.media->video().thinning().layer(), 0u);
  call.down.options().rate_bps = 5e6;
  const Time step = call.now();
  ASSERT_TRUE(call.run_until([&] { return call.media->video().thinning().layer() == 1; }, seconds(4)));
  call.run(seconds(6));
  EXPECT_LE(call.player->browser().longest_freeze(step, call.now()), milliseconds(1000));
  EXPECT_GE(shown_per_second(call, call.now() - seconds(4)), 55);
  call.down.options().rate_bps = 16e6;
  EXPECT_TRUE(call.run_until([&] { return call.media->video().thinning().layer() == 0; }, seconds(60)));
}

TEST_P(PeerNetwork, OutlivesAnOutageOfThreeSeconds) {
  Call call(options());
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.down.options().loss = call.up.options().loss = 1;
  call.run(seconds(3));
  call.down.options().loss = call.up.options().loss = 0;
  const size_t before = call.player->browser().shown().size();
  EXPECT_TRUE(call.run_until([&] { return call.player->browser().shown().size() > before + 30; }, seconds(10)));
  EXPECT_EQ(call.player->send(Channel::commands, "after", true), SendResult::sent);
  EXPECT_TRUE(call.run_until([&] { return !call.messages.empty(); }, seconds(10)));
}

INSTANTIATE_TEST_SUITE_P(Seeds, PeerNetwork, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace sdr::rtc
