// SPDX-License-Identifier: Apache-2.0
#include "safety/video_gate.h"

#include <gtest/gtest.h>

namespace sdr::safety {
namespace {

using namespace std::chrono_literals;
using schema::Action;
using schema::Gate;

class VideoGateTest : public ::testing::Test {
 protected:
  void frame() { orders = gate.on_sequence(++sequence, now); }
  void wait(Duration step, bool driven = true) {
    now += step;
    orders = gate.on_tick(driven, now);
  }
  void stream() {
    frame();  // what the ring held before proves nothing
    frame();
  }

  Time now{1h};
  VideoGate gate{now};
  uint64_t sequence = 100;
  VideoGate::Orders orders;
};

TEST_F(VideoGateTest, RefusesTwistsAndStopsNothingBeforeTheFirstFrame) {
  frame();
  wait(1h);
  EXPECT_EQ(gate.gate(), Gate::waiting);
  EXPECT_FALSE(orders.zero_twist || orders.estop || orders.publish);
  EXPECT_EQ(gate.check(Action::cmd_vel, now).detail, "no video yet");
  EXPECT_TRUE(gate.check(Action::load_robot, now).ok());
  EXPECT_FALSE(gate.state(now).frame_age_ms.has_value());
}

TEST_F(VideoGateTest, OpensWithTheFirstFrameThatItSeesCome) {
  stream();
  EXPECT_TRUE(orders.publish);
  EXPECT_EQ(gate.gate(), Gate::open);
  EXPECT_TRUE(gate.check(Action::cmd_vel, now).ok());
}

TEST_F(VideoGateTest, ClosesAtOneSecondWithOneZeroTwist) {
  stream();
  wait(999ms);
  EXPECT_EQ(gate.gate(), Gate::open);
  wait(1ms);
  EXPECT_TRUE(orders.publish && orders.zero_twist);
  EXPECT_EQ(gate.gate(), Gate::closed);
  EXPECT_FALSE(gate.check(Action::cmd_vel, now).ok());
  wait(100ms);
  EXPECT_FALSE(orders.publish || orders.zero_twist);
}

TEST_F(VideoGateTest, RefusesByTheAgeEvenBeforeTheTickThatCloses) {
  stream();
  now += 1s;
  EXPECT_FALSE(gate.check(Action::cmd_vel, now).ok());
}

TEST_F(VideoGateTest, StopsAnOperatorsRobotAtFiveSecondsOnce) {
  stream();
  wait(4999ms);
  EXPECT_FALSE(orders.estop);
  wait(1ms);
  EXPECT_TRUE(orders.estop);
  wait(10s);
  EXPECT_FALSE(orders.estop);
  frame();
  wait(5s);
  EXPECT_TRUE(orders.estop);
}

TEST_F(VideoGateTest, StopsNothingWhereNobodyDrives) {
  stream();
  wait(1h, false);
  EXPECT_FALSE(orders.estop);
}

TEST_F(VideoGateTest, RepeatsOfASequenceNumberAreNoFrames) {
  stream();
  now += 1s;
  gate.on_sequence(sequence, now);
  EXPECT_EQ(gate.frame_age(now), Duration(1s));
  gate.on_sequence(1, now);  // a writer that began anew
  EXPECT_EQ(gate.frame_age(now), Duration(0));
}

TEST_F(VideoGateTest, LetsEachActionPassByItsLevelAtEachAge) {
  const Duration ages[] = {0ms, 999ms, 1s, 4999ms, 5s, 1h};
  stream();
  const Time newest = now;
  for (const Duration age : ages) {
    now = newest;
    wait(age);
    for (size_t i = 0; i < schema::kActionCount; ++i) {
      const auto action = static_cast<Action>(i);
      const auto level = schema::info(action).gate;
      const bool passes = level == schema::GateLevel::never ||
                          (level == schema::GateLevel::motion ? age < Duration(1s) : age < Duration(5s));
      EXPECT_EQ(gate.check(action, now).ok(), passes) << schema::info(action).name << " " << age.count();
    }
  }
}

}  // namespace
}  // namespace sdr::safety
