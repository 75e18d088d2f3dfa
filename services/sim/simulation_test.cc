// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace sdr::sim {
namespace {

using namespace std::chrono_literals;
using schema::AckStatus;
using schema::Action;
using schema::Mode;
using schema::SafetyReason;

class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest()
      : simulation_(load("rover"), safety::RobotSide(now_), [this](SimOutput&& o) { keep(std::move(o)); }) {
    simulation_.apply(LeaseFact{"pilot", 1}, now_);
  }

  static std::unique_ptr<robot::Robot> load(const char* name) {
    auto robot = robot::Robot::load(std::filesystem::path(SDR_ROBOTS_DIR) / name, 1);
    EXPECT_TRUE(robot) << robot.error().message();
    return std::move(*robot);
  }

  void keep(SimOutput&& output) {
    if (auto* decided = std::get_if<Decided>(&output)) last_ = decided->verdict;
    if (auto* changed = std::get_if<SafetyChanged>(&output)) states_.push_back(changed->state);
    if (std::get_if<RobotSwapped>(&output) != nullptr) ++swaps_;
  }

  AckStatus command(Action action, schema::ActionData data) {
    Command command{.action = action, .envelope = {}};
    command.envelope.client = "pilot";
    command.envelope.epoch = 1;
    command.envelope.cmd_seq = ++sequence_;
    command.envelope.echo_us = to_us(now_);
    command.envelope.data = std::move(data);
    simulation_.apply(std::move(command), now_);
    return last_.status;
  }
  AckStatus twist(double x, double yaw = 0.0) {
    schema::Twist twist;
    twist.linear.x = x;
    twist.angular.z = yaw;
    return command(Action::cmd_vel, twist);
  }

  /// Steps through `ms`, sending the twist each 20 ms where there is one.
  void run(int ms, std::optional<double> x = {}) {
    for (int i = 0; i < ms / 2; ++i) {
      if (x && i % 10 == 0) twist(*x);
      simulation_.step(now_);
      now_ += 2ms;
    }
  }

  SimSnapshot snapshot() {
    SimSnapshot out;
    simulation_.fill(out);
    return out;
  }

  Time now_{1h};
  safety::Verdict last_;
  std::vector<schema::SafetyState> states_;
  int swaps_ = 0;
  uint64_t sequence_ = 0;
  Simulation simulation_;
};

TEST_F(SimulationTest, BeginsInHoldAndIdle) {
  EXPECT_EQ(simulation_.side().mode(), Mode::hold);
  EXPECT_EQ(simulation_.side().reason(), SafetyReason::idle);
  ASSERT_FALSE(states_.empty());
}

TEST_F(SimulationTest, ATwistMovesTheRobot) {
  run(200);
  run(1000, 0.5);
  EXPECT_EQ(simulation_.side().mode(), Mode::armed);
  EXPECT_NEAR(snapshot().state.measured.linear[0], 0.5, 0.1);
  EXPECT_EQ(snapshot().commanded.linear.x, 0.5);
}

TEST_F(SimulationTest, TwistsThatStopComingStopTheRobot) {
  run(1000, 0.5);
  run(1000);
  EXPECT_EQ(simulation_.side().mode(), Mode::hold);
  EXPECT_NEAR(snapshot().state.measured.linear[0], 0.0, 0.02);
}

TEST_F(SimulationTest, EstopStopsAtOnceAndOnlyTheHolderClearsIt) {
  run(1000, 0.5);
  EXPECT_EQ(command(Action::estop, schema::EstopData{}), AckStatus::ok);
  EXPECT_EQ(simulation_.side().mode(), Mode::estop);
  EXPECT_EQ(states_.back().mode, Mode::estop);
  EXPECT_NE(twist(0.5), AckStatus::ok);
  EXPECT_EQ(command(Action::reset, schema::NoData{}), AckStatus::ok);
  EXPECT_EQ(simulation_.side().mode(), Mode::estop);  // outlives a reset
  EXPECT_EQ(command(Action::estop_clear, schema::NoData{}), AckStatus::ok);
  EXPECT_EQ(simulation_.side().mode(), Mode::hold);
}

TEST_F(SimulationTest, PauseStandsStillAndResetGoesHome) {
  run(1000, 0.5);
  EXPECT_EQ(command(Action::pause, schema::PauseData{true}), AckStatus::ok);
  const auto before = snapshot();
  run(200);
  EXPECT_EQ(snapshot().state.time_s, before.state.time_s);
  EXPECT_EQ(states_.back().paused, true);
  EXPECT_EQ(command(Action::pause, schema::PauseData{false}), AckStatus::ok);
  EXPECT_EQ(command(Action::reset, schema::NoData{}), AckStatus::ok);
  EXPECT_TRUE(simulation_.take_jumped());
  EXPECT_NEAR(snapshot().state.base.p_world_m[0], 0.0, 1e-6);
}

TEST_F(SimulationTest, WhatNobodyImplementsIsUnsupported) {
  EXPECT_EQ(command(Action::load_policy, schema::NameData{"trot"}), AckStatus::unsupported);
  EXPECT_EQ(command(Action::set_mode, schema::ModeData{schema::DriveMode::auto_}), AckStatus::unsupported);
  EXPECT_EQ(command(Action::gripper, schema::GripperData{0.5}), AckStatus::unsupported);
  EXPECT_EQ(command(Action::set_mode, schema::ModeData{schema::DriveMode::teleop}), AckStatus::ok);
}

TEST_F(SimulationTest, RefusesTwistsBeyondTheRobotsLimits) {
  EXPECT_EQ(twist(1.51), AckStatus::refused);
  EXPECT_EQ(twist(1.5), AckStatus::ok);
}

TEST_F(SimulationTest, RefusesACommandThatComesTwice) {
  EXPECT_EQ(twist(0.0), AckStatus::ok);
  --sequence_;
  EXPECT_EQ(twist(0.0), AckStatus::refused);
}

TEST_F(SimulationTest, AnotherRobotBringsItsOwnLimitsAndKeepsEstop) {
  command(Action::estop, schema::EstopData{});
  simulation_.apply(RobotReady{load("arm")}, now_);
  EXPECT_EQ(swaps_, 1);
  EXPECT_EQ(simulation_.side().mode(), Mode::estop);
  command(Action::estop_clear, schema::NoData{});
  run(100, 0.0);
  EXPECT_EQ(twist(0.4), AckStatus::refused);
  EXPECT_EQ(twist(0.2), AckStatus::ok);
  EXPECT_EQ(command(Action::gripper, schema::GripperData{0.0}), AckStatus::ok);
}

TEST_F(SimulationTest, AFallIsAnEmergencyStop) {
  simulation_.apply(RobotReady{load("quadruped")}, now_);
  run(100);
  simulation_.robot().nudge({0.0, 8.0, 4.0});
  for (int i = 0; i < 1000 && simulation_.side().mode() != Mode::estop; ++i) run(2);
  EXPECT_EQ(simulation_.side().reason(), SafetyReason::fall);
  EXPECT_EQ(command(Action::estop_clear, schema::NoData{}), AckStatus::refused);
  command(Action::reset, schema::NoData{});
  run(20);
  EXPECT_EQ(command(Action::estop_clear, schema::NoData{}), AckStatus::ok);
}

/// The same inputs at the same times.
std::vector<double> play() {
  Time now{1h};
  auto robot = robot::Robot::load(std::filesystem::path(SDR_ROBOTS_DIR) / "quadruped", 5);
  Simulation simulation(std::move(*robot), safety::RobotSide(now), [](SimOutput&&) {});
  simulation.apply(LeaseFact{"pilot", 1}, now);
  for (uint64_t i = 0; i < 2000; ++i) {
    if (i % 8 == 0) {
      Command command{.action = Action::cmd_vel, .envelope = {}};
      command.envelope.client = "pilot";
      command.envelope.epoch = 1;
      command.envelope.cmd_seq = i + 1;
      command.envelope.echo_us = to_us(now);
      schema::Twist twist;
      twist.linear.x = i < 100 ? 0.0 : 0.4;
      twist.angular.z = i > 1000 ? 0.5 : 0.0;
      command.envelope.data = twist;
      simulation.apply(std::move(command), now);
    }
    simulation.step(now);
    now += 2ms;
  }
  robot::SceneState scene;
  simulation.robot().snapshot(scene);
  return scene.qpos;
}

TEST(SimulationReplay, FixedSeedAndRecordedCommandsGiveTheSameBits) {
  const std::vector<double> first = play(), second = play();
  ASSERT_EQ(first.size(), second.size());
  EXPECT_GT(first[0], 0.5);  // it went somewhere
  EXPECT_EQ(std::memcmp(first.data(), second.data(), first.size() * sizeof(double)), 0);
}

}  // namespace
}  // namespace sdr::sim
