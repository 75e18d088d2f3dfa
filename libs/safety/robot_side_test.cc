// SPDX-License-Identifier: Apache-2.0
#include "safety/robot_side.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/testing/allocations.h"
#include "safety/command_check.h"
#include "safety/robot_side_fixture.h"

namespace sdr::safety {
namespace {

TEST_F(RobotSideTest, BeginsInHoldIdleAndObeysATwistAtOnce) {
  expect(Mode::hold, SafetyReason::idle);
  EXPECT_EQ(robot.motion_scale(now), 0.0);
  EXPECT_TRUE(send(kForward).ok());
  expect(Mode::armed, SafetyReason::commanded);
  EXPECT_EQ(robot.twist(now), kForward);
}

TEST_F(RobotSideTest, FallsBackToIdleAfterAZeroTwist) {
  arm();
  send({});
  wait(299ms);
  EXPECT_EQ(robot.mode(), Mode::armed);
  wait(1ms);
  expect(Mode::hold, SafetyReason::idle);
  wait(1h);
  expect(Mode::hold, SafetyReason::idle);
  EXPECT_TRUE(held_stick_moves());  // idle asks for nothing
}

TEST_F(RobotSideTest, HoldsWhenAuthorityEndsAndStopsWhenCommandsBrokeOff) {
  arm();
  wait(300ms);
  expect(Mode::hold, SafetyReason::twist_expired);
  wait(1699ms);
  EXPECT_EQ(robot.mode(), Mode::hold);
  wait(1ms);
  expect(Mode::estop, SafetyReason::commands_broke_off);
}

TEST_F(RobotSideTest, DecaysToZeroWithin250ms) {
  arm();
  wait(300ms);
  EXPECT_LE(std::abs(robot.twist(now).linear.x), 0.5);
  double last = 0.5;
  for (Duration after{0}; after < 250ms; after += 10ms) {
    const double x = robot.twist(now + after).linear.x;
    EXPECT_LE(x, last);
    last = x;
  }
  EXPECT_EQ(robot.twist(now + 250ms), schema::Twist{});
}

TEST_F(RobotSideTest, LetsNoTwistOutliveItsAuthorityBetweenTwoTicks) {
  arm();
  EXPECT_EQ(robot.twist(now + 299ms), kForward);
  EXPECT_LT(robot.twist(now + 400ms).linear.x, 0.5);
  EXPECT_EQ(robot.twist(now + 550ms), schema::Twist{});
}

TEST_F(RobotSideTest, ATwistThatDiedBeforeItWasFollowedMovesNothing) {
  // It came with a millisecond of authority left, and the next control period began two later.
  EXPECT_TRUE(robot.on_twist({kOperator, kForward, to_us(now) - 299'000, 300}, now).ok());
  wait(2ms);
  expect(Mode::hold, SafetyReason::twist_expired);
  EXPECT_TRUE(is_zero(robot.twist(now)));
  EXPECT_TRUE(is_zero(robot.twist(now + 20ms)));
}

TEST_F(RobotSideTest, ATwistThatDiedDoesNotTurnAnotherOnesDecay) {
  arm();
  EXPECT_EQ(robot.twist(now), kForward);
  wait(290ms);
  EXPECT_TRUE(robot.on_twist({kOperator, {{-1, 0, 0}, {0, 0, 2}}, to_us(now) - 299'000, 300}, now).ok());
  wait(2ms);
  const schema::Twist left = robot.twist(now);
  EXPECT_EQ(left.linear.x, 0.0);                  // not backwards
  EXPECT_LE(left.angular.z, kForward.angular.z);  // not faster
}

TEST_F(RobotSideTest, ResumesByItselfAfterABriefExpiry) {
  arm();
  wait(500ms);
  expect(Mode::hold, SafetyReason::twist_expired);
  EXPECT_TRUE(send(kForward).ok());
  EXPECT_EQ(robot.mode(), Mode::armed);
}

TEST_F(RobotSideTest, AsksForAZeroTwistAfterALongExpiry) {
  arm();
  wait(300ms);
  wait(1s);
  EXPECT_EQ(send(kForward).status, AckStatus::refused);
  expect(Mode::hold, SafetyReason::release_stick);
  EXPECT_FALSE(held_stick_moves());
  EXPECT_TRUE(send({}).ok());
  EXPECT_TRUE(send(kForward).ok());
  EXPECT_EQ(robot.mode(), Mode::armed);
}

TEST_F(RobotSideTest, CountsTheExpiryFromItsTimeWhenATickComesLate) {
  arm();
  wait(1400ms);  // the process stood still
  EXPECT_EQ(send(kForward).status, AckStatus::refused);
  expect(Mode::hold, SafetyReason::release_stick);
}

TEST_F(RobotSideTest, RefusesATwistThatWasHeldUp) {
  arm();
  const uint64_t echo = to_us(now);
  wait(400ms);
  const Verdict verdict = robot.on_twist({kOperator, kForward, echo, 300}, now);
  EXPECT_EQ(verdict.status, AckStatus::refused);
  EXPECT_EQ(verdict.detail, "stale");
}

struct AuthorityCase {
  std::optional<int64_t> echo_age_us;
  std::optional<uint32_t> ttl_ms;
  bool accepted;
};
class Authority : public RobotSideTest, public ::testing::WithParamInterface<AuthorityCase> {};
TEST_P(Authority, IsCheckedOnTheRobotsClock) {
  const AuthorityCase& c = GetParam();
  std::optional<uint64_t> echo;
  if (c.echo_age_us) echo = to_us(now) - static_cast<uint64_t>(*c.echo_age_us);
  EXPECT_EQ(robot.on_twist({kOperator, kForward, echo, c.ttl_ms}, now).ok(), c.accepted);
  EXPECT_EQ(is_zero(robot.twist(now)), !c.accepted);
}
INSTANTIATE_TEST_SUITE_P(Bounds, Authority,
                         ::testing::Values(AuthorityCase{0, 300, true}, AuthorityCase{299'999, 300, true},
                                           AuthorityCase{300'000, 300, false}, AuthorityCase{299'999, {}, true},
                                           AuthorityCase{300'000, {}, false}, AuthorityCase{{}, 300, false},
                                           AuthorityCase{-1, 300, false}, AuthorityCase{-3'600'000'000, 300, false},
                                           AuthorityCase{0, 0, false}, AuthorityCase{0, 1, true},
                                           AuthorityCase{0, 1000, true}, AuthorityCase{0, 1001, false},
                                           AuthorityCase{999'999, 1000, true}, AuthorityCase{0, 0xffffffff, false}));

TEST_F(RobotSideTest, RefusesValuesBeyondLimitsAndNonFiniteOnes) {
  const double bad[] = {1.01, -1.01, std::numeric_limits<double>::infinity(), std::nan(""), 1e300};
  for (const double x : bad) {
    EXPECT_EQ(send({{x, 0, 0}, {}}).status, AckStatus::refused) << x;
    EXPECT_EQ(send({{}, {x, 0, 0}}).status, AckStatus::refused) << x;
  }
  EXPECT_EQ(send({{0, 0, 0.1}, {}}).status, AckStatus::refused);  // this robot does not fly
  expect(Mode::hold, SafetyReason::idle);
}
// --- the gate, the bus, the lease ---

TEST_F(RobotSideTest, StopsForTheThirdGateWithinTenSecondsOnly) {
  for (int i = 0; i < 6; ++i) {
    hold_stick({}, 5s + 20ms);
    robot.on_gate(Gate::closed, now);
    wait(100ms);
    EXPECT_EQ(robot.mode(), Mode::hold) << i;
    robot.on_gate(Gate::open, now);
  }
  hold_stick({}, 11s);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(robot.mode(), Mode::estop);
    robot.on_gate(Gate::closed, now);
    robot.on_gate(Gate::closed, now);  // told again: still the same closing
    wait(100ms);
    robot.on_gate(Gate::open, now);
  }
  expect(Mode::estop, SafetyReason::video_gate_repeated);
}

TEST_F(RobotSideTest, AWaitingGateStopsNothing) {
  arm();
  robot.on_gate(Gate::waiting, now);
  EXPECT_EQ(robot.mode(), Mode::armed);
}

TEST_F(RobotSideTest, NamesTheStrongerOfTwoConditionsAndWaitsForBoth) {
  arm();
  send({});
  robot.on_gate(Gate::closed, now);
  robot.on_bus(false, now);
  expect(Mode::hold, SafetyReason::bus_lost);
  wait(600ms);
  robot.on_bus(true, now);
  expect(Mode::hold, SafetyReason::video_gate);
  wait(600ms);
  robot.on_gate(Gate::open, now);
  EXPECT_FALSE(held_stick_moves());  // 1.2 s in all
}

TEST_F(RobotSideTest, ALongGateWhileIdleStillAsksForAZeroTwist) {
  robot.on_gate(Gate::closed, now);
  wait(3s);
  robot.on_gate(Gate::open, now);
  EXPECT_FALSE(held_stick_moves());
}

TEST_F(RobotSideTest, EndsTheTwistOfALeaseThatWasGivenUp) {
  arm();
  robot.on_lease(std::nullopt, 2, now);
  expect(Mode::hold, SafetyReason::idle);
  EXPECT_EQ(send(kForward).detail, "of an older lease");
  wait(10s);
  expect(Mode::hold, SafetyReason::idle);  // no ESTOP: it was given up, not lost
}

TEST_F(RobotSideTest, NeverMixesTwoOperators) {
  arm();
  robot.on_lease("bob", 2, now);
  EXPECT_FALSE(send(kForward, {"alice", 1}).ok());
  EXPECT_FALSE(send(kForward, {"alice", 2}).ok());
  EXPECT_TRUE(send(kForward, {"bob", 2}).ok());
  EXPECT_FALSE(robot.on_command({"alice", 2}, now).ok());
  EXPECT_TRUE(robot.on_command({"bob", 2}, now).ok());
}

TEST_F(RobotSideTest, ATwistMayAnnounceANewLeaseBeforeTheLeaseItself) {
  arm();
  EXPECT_TRUE(send(kForward, {"bob", 5}).ok());
  robot.on_lease("bob", 5, now);
  EXPECT_EQ(robot.mode(), Mode::armed);
  EXPECT_EQ(robot.twist(now), kForward);
}

TEST_F(RobotSideTest, FollowsTheTransportsZeroTwistForALostOperator) {
  arm();
  EXPECT_TRUE(send({}, {"transport", 2}).ok());
  EXPECT_TRUE(is_zero(robot.twist(now)));
  robot.on_lease(std::nullopt, 2, now);
  EXPECT_EQ(send(kForward, {"transport", 2}).detail, "nobody holds the lease");
}

// --- AUTO ---

TEST_F(RobotSideTest, AutoNeedsNoTwistsAndIsLeftByTakingTheStick) {
  EXPECT_TRUE(robot.on_drive_mode(kOperator, DriveMode::auto_, now).ok());
  expect(Mode::armed, SafetyReason::commanded);
  wait(1h);
  EXPECT_EQ(robot.mode(), Mode::armed);
  EXPECT_EQ(robot.motion_scale(now), 1.0);
  EXPECT_TRUE(send({}).ok());
  EXPECT_EQ(robot.drive_mode(), DriveMode::auto_);
  EXPECT_TRUE(send(kForward).ok());
  EXPECT_EQ(robot.drive_mode(), DriveMode::teleop);
  EXPECT_EQ(robot.twist(now), kForward);
}

TEST_F(RobotSideTest, AutoHoldsForTheGateAndGoesOnAfterAZeroTwist) {
  robot.on_drive_mode(kOperator, DriveMode::auto_, now);
  robot.on_gate(Gate::closed, now);
  expect(Mode::hold, SafetyReason::video_gate);
  EXPECT_EQ(robot.motion_scale(now + 250ms), 0.0);
  wait(2s);
  robot.on_gate(Gate::open, now);
  expect(Mode::hold, SafetyReason::release_stick);
  send({});
  EXPECT_EQ(robot.mode(), Mode::armed);
  EXPECT_EQ(robot.drive_mode(), DriveMode::auto_);
}

TEST_F(RobotSideTest, EstopEndsAuto) {
  robot.on_drive_mode(kOperator, DriveMode::auto_, now);
  robot.on_estop("", now);
  EXPECT_EQ(robot.drive_mode(), DriveMode::teleop);
  EXPECT_EQ(robot.motion_scale(now), 0.0);
}

TEST_F(RobotSideTest, APolicysMotionFadesWhenTheOperatorReturnsToTeleop) {
  robot.on_drive_mode(kOperator, DriveMode::auto_, now);
  wait(10s);
  robot.on_drive_mode(kOperator, DriveMode::teleop, now);
  expect(Mode::hold, SafetyReason::idle);
  EXPECT_GT(robot.motion_scale(now + 50ms), 0.0);
  EXPECT_EQ(robot.motion_scale(now + 250ms), 0.0);
  EXPECT_TRUE(is_zero(robot.twist(now + 50ms)));  // no twist of old comes back
}

TEST_F(RobotSideTest, ANewRobotDoesNotInheritAHeldStick) {
  arm();
  robot.on_robot_loaded(now);
  EXPECT_TRUE(is_zero(robot.twist(now)));
  EXPECT_FALSE(held_stick_moves());
}

// --- restarts and time ---

TEST_F(RobotSideTest, EstopOutlivesARestart) {
  arm();
  robot.on_fault(SafetyReason::joint_limit, true, "knee_left", now);
  RobotSide next(now, robot.saved());
  EXPECT_EQ(next.mode(), Mode::estop);
  EXPECT_EQ(next.reason(), SafetyReason::joint_limit);
  EXPECT_EQ(next.state(now).detail, "knee_left");
  EXPECT_GT(next.state_id(), robot.state_id());
  EXPECT_EQ(next.epoch(), robot.epoch());
}

TEST_F(RobotSideTest, AStickHeldOverARestartMovesNothing) {
  arm();
  robot = RobotSide(now, robot.saved());
  robot.set_twist_limits(kLimits);
  expect(Mode::hold, SafetyReason::release_stick);
  EXPECT_FALSE(held_stick_moves());
}

TEST_F(RobotSideTest, ARestartInIdleStaysIdle) {
  robot = RobotSide(now, robot.saved());
  expect(Mode::hold, SafetyReason::idle);
}

TEST_F(RobotSideTest, AClockThatGoesBackStandsStill) {
  arm();
  wait(200ms);
  now -= 10s;
  robot.on_tick(now);
  EXPECT_EQ(robot.mode(), Mode::armed);
  now += 10s + 100ms;
  robot.on_tick(now);
  EXPECT_EQ(robot.mode(), Mode::hold);
}

TEST_F(RobotSideTest, FollowsTwistsWithoutAllocating) {
  const Sender sender{"a-client-with-a-long-name", 1};
  const auto turn = [&] {
    send(kForward, sender);
    wait(20ms);
    (void)robot.twist(now);
  };
  turn();
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 300; ++i) turn();
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

TEST_F(RobotSideTest, CutsALongDetailBetweenTwoCharacters) {
  std::string text(159, 'a');
  robot.on_estop(text + "\xc3\xa9\xc3\xa9", now);
  EXPECT_EQ(robot.state(now).detail, text);
}

}  // namespace
}  // namespace sdr::safety
