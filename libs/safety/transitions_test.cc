// SPDX-License-Identifier: Apache-2.0
// Every situation of the robot side against everything that can happen to it: one table, one cell for each.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "safety/robot_side_fixture.h"

namespace sdr::safety {
namespace {

// A: ARMED. H: HOLD, E: ESTOP, with the reason behind it:
//   i idle  x twist_expired  r release_stick  g video_gate  b bus_lost  c estop_cleared
//   e estop_command  o commands_broke_off  f fall
// clang-format off
constexpr std::string_view kTable = R"(
situation        twist zero stale bobs ttl 2s gate open bus back free handed fall rose estop clear bobclear auto teleop load crash
idle             A     A    Hi    Hi   Hi  Hi Hg   Hi   Hb  Hi   Hi   Hi     Ef   Hi   Ee    Hi    Hi       A    Hi     Hi   Hi
driven           A     A    A     A    Hx  Eo Hg   A    Hb  A    Hi   Hi     Ef   A    Ee    A     A        A    A      Hr   Hr
standing         A     A    A     A    Hi  Hi Hg   A    Hb  A    Hi   Hi     Ef   A    Ee    A     A        A    A      Hr   Hr
expired          A     A    Hx    Hx   Hx  Eo Hg   Hx   Hb  Hx   Hx   Hx     Ef   Hx   Ee    Hx    Hx       A    Hx     Hr   Hr
long_expired     Hr    A    Hx    Hx   Hx  Eo Hg   Hx   Hb  Hx   Hx   Hx     Ef   Hx   Ee    Hx    Hx       Hr   Hx     Hr   Hr
asked_to_let_go  Hr    A    Hr    Hr   Hr  Hr Hg   Hr   Hb  Hr   Hr   Hr     Ef   Hr   Ee    Hr    Hr       Hr   Hr     Hr   Hr
gate             Hg    Hg   Hg    Hg   Hg  Hg Hg   Hi   Hb  Hg   Hg   Hg     Ef   Hg   Ee    Hg    Hg       Hg   Hg     Hg   Hr
gate_for_long    Hg    Hg   Hg    Hg   Hg  Hg Hg   Hr   Hb  Hg   Hg   Hg     Ef   Hg   Ee    Hg    Hg       Hg   Hg     Hg   Hr
bus_gone         Hb    Hb   Hb    Hb   Hb  Hb Hb   Hb   Hb  Hi   Hb   Hb     Ef   Hb   Ee    Hb    Hb       Hb   Hb     Hb   Hr
bus_and_gate     Hb    Hb   Hb    Hb   Hb  Hb Hb   Hb   Hb  Hg   Hb   Hb     Ef   Hb   Ee    Hb    Hb       Hb   Hb     Hb   Hr
stopped          Ee    Ee   Ee    Ee   Ee  Ee Ee   Ee   Ee  Ee   Ee   Ee     Ee   Ee   Ee    Hc    Ee       Ee   Ee     Ee   Ee
fallen           Ef    Ef   Ef    Ef   Ef  Ef Ef   Ef   Ef  Ef   Ef   Ef     Ef   Ef   Ef    Ef    Ef       Ef   Ef     Ef   Ef
cleared          Hr    A    Hc    Hc   Hc  Hc Hg   Hc   Hb  Hc   Hc   Hc     Ef   Hc   Ee    Hc    Hc       Hc   Hc     Hr   Hr
auto             A     A    A     A    A   A  Hg   A    Hb  A    A    A      Ef   A    Ee    A     A        A    Hi     Hr   Hr
crashed          Hr    A    Hr    Hr   Hr  Hr Hg   Hr   Hb  Hr   Hr   Hr     Ef   Hr   Ee    Hr    Hr       Hr   Hr     Hr   Hr
crashed_stopped  Ee    Ee   Ee    Ee   Ee  Ee Ee   Ee   Ee  Ee   Ee   Ee     Ee   Ee   Ee    Ee    Ee       Ee   Ee     Ee   Ee
)";
// clang-format on

class Transition : public RobotSideTest {
 public:
  void TestBody() override {}

  std::string now_at() const {
    static const std::map<SafetyReason, char> kLetters = {
        {SafetyReason::idle, 'i'},          {SafetyReason::twist_expired, 'x'},
        {SafetyReason::release_stick, 'r'}, {SafetyReason::video_gate, 'g'},
        {SafetyReason::bus_lost, 'b'},      {SafetyReason::estop_cleared, 'c'},
        {SafetyReason::estop_command, 'e'}, {SafetyReason::commands_broke_off, 'o'},
        {SafetyReason::fall, 'f'},          {SafetyReason::video_gate_repeated, '3'}};
    if (robot.mode() == Mode::armed) return "A";
    return std::string(robot.mode() == Mode::hold ? "H" : "E") + kLetters.at(robot.reason());
  }
  void restart() {
    robot = RobotSide(now, robot.saved());
    robot.set_twist_limits(kLimits);
  }
  using RobotSideTest::arm, RobotSideTest::hold_stick, RobotSideTest::send, RobotSideTest::wait;
  using RobotSideTest::now, RobotSideTest::robot;
};

const std::vector<std::pair<std::string, void (*)(Transition&)>> kSituations = {
    {"idle", [](Transition& t) { t.robot.on_lease("alice", 1, t.now); }},
    {"driven", [](Transition& t) { t.arm(); }},
    {"standing", [](Transition& t) { t.send({}); }},
    {"expired", [](Transition& t) { t.arm(), t.wait(500ms); }},
    {"long_expired", [](Transition& t) { t.arm(), t.wait(1500ms); }},
    {"asked_to_let_go", [](Transition& t) { t.arm(), t.wait(1500ms), t.send(kForward); }},
    {"gate", [](Transition& t) { t.send({}), t.robot.on_gate(Gate::closed, t.now), t.wait(500ms); }},
    {"gate_for_long", [](Transition& t) { t.send({}), t.robot.on_gate(Gate::closed, t.now), t.wait(1500ms); }},
    {"bus_gone", [](Transition& t) { t.send({}), t.robot.on_bus(false, t.now), t.wait(500ms); }},
    {"bus_and_gate",
     [](Transition& t) {
       t.send({}), t.robot.on_gate(Gate::closed, t.now), t.robot.on_bus(false, t.now), t.wait(500ms);
     }},
    {"stopped", [](Transition& t) { t.arm(), t.robot.on_estop("", t.now); }},
    {"fallen", [](Transition& t) { t.arm(), t.robot.on_fault(SafetyReason::fall, true, "", t.now); }},
    {"cleared", [](Transition& t) { t.arm(), t.robot.on_estop("", t.now), t.robot.on_estop_clear(kOperator, t.now); }},
    {"auto", [](Transition& t) { t.robot.on_drive_mode(kOperator, DriveMode::auto_, t.now); }},
    {"crashed", [](Transition& t) { t.arm(), t.restart(); }},
    {"crashed_stopped", [](Transition& t) { t.arm(), t.robot.on_estop("", t.now), t.restart(); }},
};

const std::vector<std::pair<std::string, void (*)(Transition&)>> kEvents = {
    {"twist", [](Transition& t) { t.send(kForward); }},
    {"zero", [](Transition& t) { t.send({}); }},
    {"stale",
     [](Transition& t) {
       t.robot.on_twist({kOperator, kForward, to_us(t.now) - 300'000, 300}, t.now);
     }},
    {"bobs",
     [](Transition& t) {
       t.send(kForward, {"bob", 1});
     }},
    {"ttl", [](Transition& t) { t.wait(300ms); }},
    {"2s", [](Transition& t) { t.wait(2s); }},
    {"gate", [](Transition& t) { t.robot.on_gate(Gate::closed, t.now); }},
    {"open", [](Transition& t) { t.robot.on_gate(Gate::open, t.now); }},
    {"bus", [](Transition& t) { t.robot.on_bus(false, t.now); }},
    {"back", [](Transition& t) { t.robot.on_bus(true, t.now); }},
    {"free", [](Transition& t) { t.robot.on_lease(std::nullopt, 2, t.now); }},
    {"handed", [](Transition& t) { t.robot.on_lease("bob", 2, t.now); }},
    {"fall", [](Transition& t) { t.robot.on_fault(SafetyReason::fall, true, "", t.now); }},
    {"rose", [](Transition& t) { t.robot.on_fault(SafetyReason::fall, false, "", t.now); }},
    {"estop", [](Transition& t) { t.robot.on_estop("", t.now); }},
    {"clear", [](Transition& t) { t.robot.on_estop_clear(kOperator, t.now); }},
    {"bobclear",
     [](Transition& t) {
       t.robot.on_estop_clear({"bob", 1}, t.now);
     }},
    {"auto", [](Transition& t) { t.robot.on_drive_mode(kOperator, DriveMode::auto_, t.now); }},
    {"teleop", [](Transition& t) { t.robot.on_drive_mode(kOperator, DriveMode::teleop, t.now); }},
    {"load", [](Transition& t) { t.robot.on_robot_loaded(t.now); }},
    {"crash", [](Transition& t) { t.restart(); }},
};

using Row = std::vector<std::string>;

std::vector<Row> rows_of(std::string_view table) {
  std::vector<Row> rows;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Row row;
    for (std::string word; words >> word;) row.push_back(word);
    if (!row.empty()) rows.push_back(row);
  }
  return rows;
}

TEST(EveryTransition, IsAsTheTableSays) {
  const std::vector<Row> rows = rows_of(kTable);
  ASSERT_EQ(rows.size(), kSituations.size() + 1);
  for (size_t i = 0; i < kSituations.size(); ++i) {
    const auto& [situation, bring_about] = kSituations[i];
    const Row& row = rows[i + 1];
    ASSERT_EQ(row.size(), kEvents.size() + 1);
    ASSERT_EQ(row[0], situation);
    for (size_t j = 0; j < kEvents.size(); ++j) {
      const auto& [event, happen] = kEvents[j];
      ASSERT_EQ(rows[0][j + 1], event);
      Transition t;
      bring_about(t);
      happen(t);
      EXPECT_EQ(t.now_at(), row[j + 1]) << situation << ", then " << event;
      // Whatever happened: outside of ARMED what is left of a motion ends.
      if (t.robot.mode() != Mode::armed) {
        EXPECT_EQ(t.robot.motion_scale(t.now + 250ms), 0.0) << situation << ", then " << event;
      }
    }
  }
}

}  // namespace
}  // namespace sdr::safety
