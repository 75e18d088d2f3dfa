// SPDX-License-Identifier: Apache-2.0
#include "transport/supervision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "safety/command_check.h"
#include "safety/robot_side.h"
#include "transport/start_name.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using schema::Action;
using schema::Role;

/// A bus with the robot side's rules at its other end, which outlives any number of starts of the transport.
class RobotBus final : public BusPort {
 public:
  explicit RobotBus(const Time& now) : now_(now) { robot.set_twist_limits({{1, 1, 0}, {0, 0, 2}}); }
  bool connected() const override { return true; }
  bool publish(std::string_view subject, std::string_view payload) override {
    if (subject != schema::info(Action::cmd_vel).subject) return true;
    schema::ControlEnvelope envelope;
    EXPECT_TRUE(schema::parse(payload, Action::cmd_vel, envelope).ok());
    last_verdict = sessions.check(envelope.client, Action::cmd_vel, envelope.cmd_seq);
    if (!last_verdict.ok()) return true;
    const safety::Sender sender{envelope.client, envelope.epoch};
    last_verdict =
        robot.on_twist({sender, std::get<schema::Twist>(envelope.data), envelope.echo_us, envelope.ttl_ms}, now_);
    return true;
  }

  safety::SessionTable sessions;
  safety::RobotSide robot{Time{1h}};
  safety::Verdict last_verdict;

 private:
  const Time& now_;
};

class SupervisionTest : public ::testing::Test {
 protected:
  /// One start of the transport, by a wall clock that shows so many ms.
  std::unique_ptr<Supervision> start(uint64_t wall_clock_ms) {
    auto supervision = std::make_unique<Supervision>(bus, registry, now, wall_clock_ms, make_start_name(),
                                                     Supervision::Hooks{.on_lease = [] {}, .on_gate = [](auto) {}});
    supervision->on_robot_clock(to_us(now), now);
    return supervision;
  }
  /// Somebody takes the lease, drives, and is gone. The verdict on the zero twist that must follow.
  safety::Verdict drive_and_vanish(Supervision& supervision, const char* client) {
    now += 20ms;
    supervision.on_robot_clock(to_us(now), now);
    EXPECT_TRUE(supervision.lease().acquire(client, Role::operator_, now).ok());
    supervision.settle_lease(now);
    const safety::Sender sender{client, supervision.lease().epoch()};
    EXPECT_TRUE(bus.robot.on_twist({sender, {}, to_us(now), {}}, now).ok());
    EXPECT_TRUE(bus.robot.on_twist({sender, {{0.5, 0, 0}, {}}, to_us(now), {}}, now).ok());
    bus.last_verdict = {schema::AckStatus::error, "no zero twist came"};
    supervision.on_disconnect(client, now);
    return bus.last_verdict;
  }
  void expect_idle() {
    now += 400ms;  // any authority is over, and what was driven has decayed
    bus.robot.on_tick(now);
    EXPECT_EQ(bus.robot.reason(), safety::SafetyReason::idle);
  }

  Registry registry;
  Time now{1h};
  RobotBus bus{now};
};

TEST_F(SupervisionTest, StopsTheRobotOfAnOperatorWhoIsGone) {
  EXPECT_EQ(drive_and_vanish(*start(5'000'000), "alice").detail, "");
  expect_idle();
}

TEST_F(SupervisionTest, StopsItAlsoAfterAStartByAClockThatWentBack) {
  const std::unique_ptr<Supervision> before = start(5'000'000);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(drive_and_vanish(*before, "alice").detail, "");
  const std::unique_ptr<Supervision> after = start(1'000);
  after->on_safety_state(bus.robot.state(now), now);
  EXPECT_GT(after->lease().epoch(), before->lease().epoch());
  EXPECT_EQ(drive_and_vanish(*after, "bob").detail, "");
  expect_idle();
}

TEST_F(SupervisionTest, StopsItAlsoAfterAStartByAClockThatStoodStill) {
  EXPECT_EQ(drive_and_vanish(*start(5'000'000), "alice").detail, "");
  const std::unique_ptr<Supervision> after = start(5'000'000);
  after->on_safety_state(bus.robot.state(now), now);
  EXPECT_EQ(drive_and_vanish(*after, "bob").detail, "");
  expect_idle();
}

// Whoever took the lease before the robot side's state came keeps it, under an epoch that the robot side takes.
TEST_F(SupervisionTest, RaisesTheEpochOfALeaseThatWasGivenTooEarly) {
  EXPECT_EQ(drive_and_vanish(*start(5'000'000), "alice").detail, "");
  const std::unique_ptr<Supervision> after = start(1'000);
  EXPECT_TRUE(after->lease().acquire("bob", Role::operator_, now).ok());
  after->settle_lease(now);
  EXPECT_LT(after->lease().epoch(), bus.robot.state(now).epoch);
  after->on_safety_state(bus.robot.state(now), now);
  EXPECT_TRUE(after->lease().held_by("bob"));
  EXPECT_EQ(drive_and_vanish(*after, "bob").detail, "");
}

TEST_F(SupervisionTest, NoTwoStartsHaveOneName) {
  std::vector<std::string> names;
  names.reserve(100);
  for (int i = 0; i < 100; ++i) names.push_back(start(5'000'000)->name());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace sdr::transport
