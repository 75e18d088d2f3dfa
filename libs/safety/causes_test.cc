// SPDX-License-Identifier: Apache-2.0
// Every row of the table of causes (causes.h), against what safety.md promises of it.
#include "safety/causes.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "safety/robot_side_fixture.h"

namespace sdr::safety {
namespace {

class EveryCause : public RobotSideTest, public ::testing::WithParamInterface<Cause> {
 protected:
  bool is_fault() const { return GetParam().effect == Mode::estop && GetParam().ends == Ends::with_condition; }

  // Brings the cause about, from ARMED.
  void cause(bool present) {
    switch (GetParam().reason) {
      case SafetyReason::idle:
        if (present) send({}), wait(300ms);
        return;
      case SafetyReason::twist_expired:
        if (present) wait(300ms);
        return;
      case SafetyReason::video_gate:
        return robot.on_gate(present ? Gate::closed : Gate::open, now);
      case SafetyReason::bus_lost:
        return robot.on_bus(!present, now);
      case SafetyReason::estop_command:
        if (present) robot.on_estop("test", now);
        return;
      case SafetyReason::commands_broke_off:
        if (present) wait(2s);
        return;
      case SafetyReason::video_gate_repeated:
        for (int i = 0; present && i < 3; ++i) robot.on_gate(Gate::closed, now), robot.on_gate(Gate::open, now);
        return;
      default:
        return robot.on_fault(GetParam().reason, present, "test", now);
    }
  }
};

class EveryHold : public EveryCause {};
class EveryCondition : public EveryCause {};
class EveryEstop : public EveryCause {};

TEST_P(EveryCause, LeadsToItsModeAndStopsTheTwist) {
  arm();
  const uint64_t before = robot.state_id();
  cause(true);
  expect(GetParam().effect, GetParam().reason);
  EXPECT_GT(robot.state_id(), before);
  if (GetParam().effect == Mode::estop) {
    EXPECT_TRUE(is_zero(robot.twist(now)));
    EXPECT_TRUE(robot.damping());
  }
  EXPECT_TRUE(is_zero(robot.twist(now + 250ms)));
}

TEST_P(EveryHold, IsLeftByItselfWhenBrief) {
  arm();
  cause(true);
  wait(500ms);
  cause(false);
  EXPECT_TRUE(send(kForward).ok());
  expect(Mode::armed, SafetyReason::commanded);
}

TEST_P(EveryHold, AsksForAZeroTwistAsTheTableSays) {
  arm();
  if (GetParam().ends == Ends::with_condition) send({});  // the transport's zero twist: commands do not break off
  cause(true);
  wait(1s);
  cause(false);
  EXPECT_EQ(held_stick_moves(), !GetParam().asks_zero_twist);
  send({});
  EXPECT_TRUE(held_stick_moves());
}

TEST_P(EveryCondition, IsNotEndedByAZeroTwistBeforeItsEnd) {
  arm();
  cause(true);
  hold_stick({}, 1s);
  EXPECT_EQ(robot.mode(), Mode::hold);
  cause(false);
  EXPECT_FALSE(held_stick_moves());
}

TEST_P(EveryEstop, IsLeftOnlyByTheHoldersClear) {
  arm();
  cause(true);
  hold_stick(kForward, 1s);
  hold_stick({}, 1s);
  robot.on_robot_loaded(now);
  EXPECT_FALSE(robot.on_drive_mode(kOperator, DriveMode::auto_, now).ok());
  EXPECT_FALSE(robot.on_estop_clear({"mallory", 1}, now).ok());
  EXPECT_FALSE(robot.on_estop_clear({"alice", 0}, now).ok());
  expect(Mode::estop, GetParam().reason);
  if (is_fault()) {
    EXPECT_FALSE(robot.on_estop_clear(kOperator, now).ok());
    cause(false);
  }
  EXPECT_TRUE(robot.on_estop_clear(kOperator, now).ok());
  expect(Mode::hold, SafetyReason::estop_cleared);
  EXPECT_FALSE(held_stick_moves());
  EXPECT_TRUE(send({}).ok());
  EXPECT_TRUE(send(kForward).ok());
  EXPECT_EQ(robot.mode(), Mode::armed);
}

TEST_P(EveryCause, TheFirstReasonForAnEstopStays) {
  arm();
  robot.on_estop("first", now);
  cause(true);
  expect(Mode::estop, SafetyReason::estop_command);
  EXPECT_EQ(robot.state(now).detail, "first");
}

template <typename Wanted>
std::vector<Cause> rows(Wanted wanted) {
  std::vector<Cause> out;
  std::copy_if(kCauses.begin(), kCauses.end(), std::back_inserter(out), wanted);
  return out;
}
bool holds(const Cause& cause) { return cause.effect == Mode::hold; }
bool stops(const Cause& cause) { return cause.effect == Mode::estop; }
bool lasts(const Cause& cause) { return holds(cause) && cause.ends == Ends::with_condition; }
std::string row_name(const ::testing::TestParamInfo<Cause>& row) {
  return std::string(schema::to_text(row.param.reason));
}

INSTANTIATE_TEST_SUITE_P(Table, EveryCause, ::testing::ValuesIn(kCauses), row_name);
INSTANTIATE_TEST_SUITE_P(Table, EveryHold, ::testing::ValuesIn(rows(holds)), row_name);
INSTANTIATE_TEST_SUITE_P(Table, EveryCondition, ::testing::ValuesIn(rows(lasts)), row_name);
INSTANTIATE_TEST_SUITE_P(Table, EveryEstop, ::testing::ValuesIn(rows(stops)), row_name);

}  // namespace
}  // namespace sdr::safety
