// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/testing/session.h"

#include <gtest/gtest.h>

// Video over bad networks, in virtual time: what a person in front of the browser would see. Every case with several
// seeds; each second costs some 40 ms.

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Session;

class VideoSession : public ::testing::TestWithParam<uint32_t> {
 protected:
  Session::Options options() const {
    Session::Options result;
    result.seed = GetParam();
    return result;
  }
  // As long as it takes, with a limit.
  template <typename Condition>
  static bool runs_until(Session& session, Condition condition, int most_seconds) {
    for (int i = 0; i < most_seconds * 10 && !condition(); ++i) session.run(milliseconds(100));
    return condition();
  }
  static double shown_per_second(const Session& session, Time from) {
    size_t count = 0;
    for (const auto& frame : session.browser->shown()) count += frame.time >= from;
    return static_cast<double>(count) / std::chrono::duration<double>(session.now() - from).count();
  }
};

TEST_P(VideoSession, ShowsEveryPictureOverAGoodLink) {
  Session session(options());
  session.run(seconds(5));
  EXPECT_GE(session.browser->shown().size(), 297u);
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(4), session.now()), milliseconds(40));
  EXPECT_EQ(session.sender->counters().repeats, 0u);
  EXPECT_EQ(session.sender->counters().skipped_frames, 0u);
  EXPECT_EQ(session.browser->playout_delay(), (PlayoutDelay{0, 1}));
  EXPECT_EQ(session.browser->mid(), "0");
  EXPECT_EQ(session.sender->counters().malformed, 0u);
  EXPECT_NEAR(std::chrono::duration<double>(session.sender->round_trip()).count(), 0.040, 0.004);
}

TEST_P(VideoSession, NeverFreezesAtFivePercentLossAndFortyMillisecondsRoundTrip) {
  auto setup = options();
  setup.down.loss = setup.up.loss = 0.05;
  Session session(setup);
  session.run(seconds(15));
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(14), session.now()), milliseconds(500));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(14)), 58);
  EXPECT_FALSE(session.sender->thinning().is_reduced());
}

TEST_P(VideoSession, KeepsItsRateAtTenPercentRandomLoss) {
  auto setup = options();
  setup.down.loss = 0.10;
  Session session(setup);
  session.run(seconds(15));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(5)), 55);
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(14), session.now()), milliseconds(1000));
}

TEST_P(VideoSession, RecoversAtTwentyPercentLoss) {
  auto setup = options();
  setup.down.loss = setup.up.loss = 0.20;
  Session session(setup);
  session.run(seconds(15));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(5)), 50);
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(14), session.now()), milliseconds(1200));
}

TEST_P(VideoSession, RecoversFromBurstsReorderingDuplicationAndJitter) {
  auto setup = options();
  setup.down.burst_start = 0.005;
  setup.down.burst_end = 0.1;  // ten packets in a row
  setup.down.reorder = setup.down.duplicate = 0.05;
  setup.down.jitter = milliseconds(15);
  Session session(setup);
  session.run(seconds(15));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(5)), 50);
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(14), session.now()), milliseconds(1000));
}

// A loaded machine gives the browser no processor for a while, again and again: that is no thin link.
TEST_P(VideoSession, IsNotThinnedForAReceiverThatIsBusy) {
  for (const double rate_bps : {0.25e6, 2e6, 8e6}) {
    auto setup = options();
    setup.layer_bps = {rate_bps};
    setup.down.delay = setup.up.delay = milliseconds(0);
    setup.down.stall_every = milliseconds(100);
    setup.down.stall_most = milliseconds(250);
    Session session(setup);
    Duration reduced{};
    for (int i = 0; i < 100; ++i) {
      session.run(milliseconds(100));
      if (session.sender->thinning().is_reduced()) reduced += milliseconds(100);
    }
    EXPECT_EQ(reduced.count(), 0) << rate_bps;
    EXPECT_GE(session.sender->bandwidth().estimate_bps(), 20e6) << rate_bps;
  }
}

TEST_P(VideoSession, ThinsWhenTheBandwidthHalvesAndReturnsWithIt) {
  auto setup = options();
  setup.down.rate_bps = 12e6;
  Session session(setup);
  session.run(seconds(6));
  ASSERT_FALSE(session.sender->thinning().is_reduced());
  const Time step = session.now();
  session.down.options().rate_bps = 5e6;
  ASSERT_TRUE(runs_until(
      session, [&] { return session.sender->thinning().is_thinning(); }, 2));
  session.run(seconds(12));
  EXPECT_LE(session.browser->longest_freeze(step, session.now()), milliseconds(1500));
  EXPECT_GE(shown_per_second(session, step + seconds(2)), 10);
  EXPECT_LE(session.down.queue(session.now()), milliseconds(110));
  session.down.options().rate_bps = 12e6;
  ASSERT_TRUE(runs_until(
      session, [&] { return !session.sender->thinning().is_reduced(); }, 30));
  session.run(seconds(1));
  const Time back = session.now();
  session.run(seconds(3));
  EXPECT_GE(shown_per_second(session, back), 58);
}

TEST_P(VideoSession, TakesTheLowerLayerWhereThereIsOne) {
  auto setup = options();
  setup.down.rate_bps = 12e6;
  setup.layer_bps = {8e6, 2e6};
  Session session(setup);
  session.run(seconds(6));
  EXPECT_EQ(session.sender->thinning().layer(), 0u);
  session.down.options().rate_bps = 5e6;
  const Time step = session.now();
  ASSERT_TRUE(runs_until(
      session, [&] { return session.sender->thinning().layer() == 1; }, 4));
  session.run(seconds(6));
  EXPECT_LE(session.browser->longest_freeze(step, session.now()), milliseconds(1000));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(4)), 58);
  EXPECT_FALSE(session.sender->thinning().is_thinning());
  session.down.options().rate_bps = 12e6;
  ASSERT_TRUE(runs_until(
      session, [&] { return session.sender->thinning().layer() == 0; }, 30));
}

TEST_P(VideoSession, IsNeverFrozenOnALinkForAQuarterOfTheStream) {
  auto setup = options();
  setup.down.rate_bps = 2e6;
  Session session(setup);
  session.run(seconds(20));
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(12), session.now()), milliseconds(2000));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(12)), 1.5);
}

TEST_P(VideoSession, LivesWithoutRepairByKeyframes) {
  auto setup = options();
  setup.has_repair = false;
  setup.down.loss = 0.002;
  Session session(setup);
  session.run(seconds(10));
  EXPECT_EQ(session.sender->counters().repeats, 0u);
  EXPECT_GT(session.encoders[0]->keyframes, 2u);
  EXPECT_LE(session.browser->longest_freeze(session.now() - seconds(9), session.now()), milliseconds(1200));
}

TEST_P(VideoSession, LivesWithoutTransportWideFeedback) {
  auto setup = options();
  setup.has_feedback = false;
  setup.down.loss = 0.05;
  Session session(setup);
  session.run(seconds(10));
  EXPECT_GE(shown_per_second(session, session.now() - seconds(5)), 55);
  EXPECT_FALSE(session.sender->thinning().is_reduced());
}

TEST_P(VideoSession, SurvivesAnOutageOfThreeSeconds) {
  Session session(options());
  session.run(seconds(3));
  session.down.options().loss = session.up.options().loss = 1;
  session.run(seconds(3));
  session.down.options().loss = session.up.options().loss = 0;
  const size_t before = session.browser->shown().size();
  ASSERT_TRUE(runs_until(
      session, [&] { return session.browser->shown().size() > before + 30; }, 10));
  ASSERT_TRUE(runs_until(
      session, [&] { return !session.sender->thinning().is_reduced(); }, 30));
}

TEST_P(VideoSession, GivesTheSameForTheSameSeed) {
  auto setup = options();
  setup.down.loss = 0.1;
  const auto run = [&] {
    Session session(setup);
    session.run(seconds(2));
    return std::pair(session.sender->counters().bytes, session.browser->shown().size());
  };
  EXPECT_EQ(run(), run());
}

INSTANTIATE_TEST_SUITE_P(Seeds, VideoSession, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace sdr::rtc
