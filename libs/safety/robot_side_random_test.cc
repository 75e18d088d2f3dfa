// SPDX-License-Identifier: Apache-2.0
// A million random events, seeded: whatever comes in whatever order, the promises of safety.md hold.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "safety/command_check.h"
#include "safety/robot_side.h"

namespace sdr::safety {
namespace {

using namespace std::chrono_literals;
using schema::DriveMode;
using schema::Gate;

constexpr int kSteps = 1'000'000;
constexpr SafetyReason kFaults[] = {SafetyReason::emergency_stop, SafetyReason::fall, SafetyReason::joint_limit,
                                    SafetyReason::non_finite_state};

// Throws events at a robot side and keeps, apart from it, the little that the promises are about.
class Chaos {
 public:
  explicit Chaos(uint32_t seed) : random_(seed) { robot_.set_twist_limits({{1, 1, 0}, {0, 0, 1}}); }

  void step() {
    const Mode before = robot_.mode();
    const uint64_t id_before = robot_.state_id();
    const auto summary = std::tuple(robot_.mode(), robot_.reason(), robot_.drive_mode());
    cleared_ = false;
    pass_time();
    event();
    ASSERT_GE(robot_.state_id(), id_before);
    const bool changed = summary != std::tuple(robot_.mode(), robot_.reason(), robot_.drive_mode());
    if (changed) {
      ASSERT_GT(robot_.state_id(), id_before);
    }
    if (before == Mode::estop && robot_.mode() != Mode::estop) {
      ASSERT_TRUE(cleared_) << "ESTOP left by itself";
    }
    check_motion();
    ++steps_in_[static_cast<size_t>(robot_.mode())];
  }

  int steps_in(Mode mode) const { return steps_in_[static_cast<size_t>(mode)]; }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  void pass_time() {
    static constexpr Duration kStepsOfTime[] = {0ms,   1ms,   5ms,   20ms, 20ms, 20ms, 50ms,
                                                100ms, 300ms, 999ms, 1s,   2s,   11s};
    now_ += pick(4) == 0 ? kStepsOfTime[pick(std::size(kStepsOfTime))] : Duration(20ms);
    if (pick(500) == 0) robot_.on_tick(now_ - 1h);  // a clock that jumps
    if (pick(3) != 0) robot_.on_tick(now_);
  }

  void event() {
    switch (pick(16)) {
      default:
        return twist();
      case 9:
        return drive_mode();
      case 10:
        robot_.on_gate(pick(6) == 0 ? Gate::closed : static_cast<Gate>(pick(2)), now_);
        return;
      case 11:
        robot_.on_bus(pick(6) != 0, now_);
        return;
      case 12:
        return fault();
      case 13:
        return clear();
      case 14:
        return lease();
      case 15:
        return rare();
    }
  }

  void twist() {
    static constexpr double kSpeeds[] = {0, 0, 0, 0.3, -1, 1, 1.5};
    const schema::Twist twist{{kSpeeds[pick(7)], 0, 0}, {0, 0, kSpeeds[pick(7)] * 0.5}};
    const uint32_t ttl_ms = static_cast<uint32_t>(pick(1100));
    const uint64_t echo_us = to_us(now_) - static_cast<uint64_t>(pick(400'000)) + static_cast<uint64_t>(pick(1000));
    const Sender who = sender();
    const uint64_t epoch = robot_.epoch();
    const bool accepted = robot_.on_twist({who, twist, echo_us, ttl_ms}, now_).ok();
    // A newer lease may be announced by its first command; who sent a zero twist says nothing.
    if (robot_.epoch() > epoch) holder_ = is_zero(twist) ? "?" : std::string(who.client);
    if (!accepted) return;
    ASSERT_LE(echo_us, to_us(now_));
    ASSERT_GT(echo_us + ttl_ms * uint64_t{1000}, to_us(now_)) << "a stale twist was accepted";
    ASSERT_GE(who.epoch, epoch) << "a twist of an older lease was accepted";
    authority_until_us_ = echo_us + ttl_ms * uint64_t{1000};
    if (!is_zero(twist)) {
      ASSERT_EQ(robot_.mode(), Mode::armed);
    }
  }

  void drive_mode() {
    const Sender who = sender();
    if (who.epoch > robot_.epoch()) holder_ = who.client;
    (void)robot_.on_drive_mode(who, pick(4) == 0 ? DriveMode::auto_ : DriveMode::teleop, now_);
  }

  void fault() {
    const int which = pick(4);
    const bool present = pick(24) == 0;
    if (present) faults_.insert(which);
    if (!present) faults_.erase(which);
    robot_.on_fault(kFaults[which], present, "chaos", now_);
    if (present) {
      ASSERT_EQ(robot_.mode(), Mode::estop);
    }
  }

  void clear() {
    const Sender who = sender();
    const bool stopped = robot_.mode() == Mode::estop;
    if (who.epoch > robot_.epoch()) holder_ = who.client;
    const bool ok = robot_.on_estop_clear(who, now_).ok();
    cleared_ = ok && faults_.empty();
    if (ok && stopped) {
      ASSERT_EQ(who.client, holder_) << "ESTOP ended by another than the lease's holder";
    }
    if (cleared_) {
      ASSERT_NE(robot_.mode(), Mode::estop);
    }
    if (ok) {
      ASSERT_NE(robot_.mode(), Mode::estop);
    }
  }

  void lease() {
    if (pick(8) == 0) epoch_ += static_cast<uint64_t>(pick(2));
    const auto holder = pick(8) == 0 ? std::nullopt : std::optional<std::string_view>("alice");
    const uint64_t epoch = epoch_ - static_cast<uint64_t>(pick(2));
    if (epoch >= robot_.epoch()) holder_ = holder.value_or("");
    robot_.on_lease(holder, epoch, now_);
  }

  void rare() {
    switch (pick(40)) {
      case 0:
        robot_.on_robot_loaded(now_);
        return;
      case 1:
        restart();
        return;
      case 2:
        robot_.on_estop("chaos", now_);
        ASSERT_EQ(robot_.mode(), Mode::estop);
        return;
      default:
        return;
    }
  }

  void restart() {
    const bool was_estop = robot_.mode() == Mode::estop;
    robot_ = RobotSide(now_, robot_.saved());
    robot_.set_twist_limits({{1, 1, 0}, {0, 0, 1}});
    faults_.clear();
    holder_ = "?";
    ASSERT_EQ(robot_.mode() == Mode::estop, was_estop);
    ASSERT_NE(robot_.mode(), Mode::armed);
  }

  Sender sender() {
    static constexpr std::string_view kNames[] = {"alice", "alice", "alice", "bob", "transport"};
    return {kNames[pick(5)], epoch_ - static_cast<uint64_t>(pick(8) == 0)};
  }

  void check_motion() {
    const double scale = robot_.motion_scale(now_);
    const schema::Twist twist = robot_.twist(now_);
    if (robot_.mode() == Mode::estop) {
      ASSERT_EQ(scale, 0.0);
      ASSERT_TRUE(is_zero(twist));
    }
    if (robot_.mode() == Mode::hold) {
      if (last_mode_ == Mode::hold && steps_in_[static_cast<size_t>(Mode::hold)] > 0) {
        ASSERT_LE(scale, last_scale_ + 1e-9) << "motion grew in HOLD";
      }
      ASSERT_EQ(robot_.motion_scale(now_ + 250ms), 0.0);
    }
    // Nothing moves on a twist whose authority ended more than 250 ms ago.
    if (!is_zero(twist)) {
      ASSERT_LT(to_us(now_), authority_until_us_ + 250'000);
    }
    last_mode_ = robot_.mode();
    last_scale_ = scale;
  }

  std::mt19937 random_;
  Time now_{1h};
  RobotSide robot_{now_};
  uint64_t epoch_ = 10;
  uint64_t authority_until_us_ = 0;
  std::set<int> faults_;
  std::string holder_ = "?";  // as far as the robot side has been told; "?": not at all
  Mode last_mode_ = Mode::hold;
  double last_scale_ = 0.0;
  bool cleared_ = false;
  std::array<int, 3> steps_in_{};
};

TEST(RobotSideRandom, KeepsItsPromisesForAMillionSteps) {
  Chaos chaos(20240607);
  for (int i = 0; i < kSteps; ++i) {
    chaos.step();
    ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "step " << i;
  }
  // Chaos that never drives would prove nothing.
  for (const Mode mode : {Mode::armed, Mode::hold, Mode::estop}) EXPECT_GT(chaos.steps_in(mode), kSteps / 20);
}

TEST(SessionTableRandom, NeverAcceptsASequenceTwice) {
  std::mt19937 random(7);
  SessionTable table;
  std::set<std::tuple<uint64_t, uint64_t, uint64_t>> accepted;
  for (int i = 0; i < kSteps / 4; ++i) {
    const auto client = random() % 40, action = random() % schema::kActionCount;
    const uint64_t seq = random() % 2000;
    const auto which = static_cast<schema::Action>(action);
    if (which == schema::Action::estop) continue;
    if (!table.check("client" + std::to_string(client), which, seq).ok()) continue;
    ASSERT_TRUE(accepted.emplace(client, action, seq).second);
  }
  EXPECT_GT(accepted.size(), 1000u);
}

}  // namespace
}  // namespace sdr::safety
