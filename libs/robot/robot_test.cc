// SPDX-License-Identifier: Apache-2.0
#include "robot/robot.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/testing/allocations.h"
#include "base/testing/temporary_folder.h"
#include "robot/errc.h"

namespace sdr::robot {
namespace {

const std::filesystem::path kRobots = SDR_ROBOTS_DIR;

std::unique_ptr<Robot> load(const std::string& name, uint64_t seed = 1) {
  auto robot = Robot::load(kRobots / name, seed);
  EXPECT_TRUE(robot) << robot.error().message();
  return robot ? std::move(*robot) : nullptr;
}

void run(Robot& robot, double seconds) {
  const int steps = static_cast<int>(std::lround(seconds / robot.time_step_s()));
  for (int i = 0; i < steps; ++i) robot.step();
}

void drive(Robot& robot, Vec3 linear, Vec3 angular, double seconds) {
  robot.set_motion({.twist = {linear, angular}});
  run(robot, seconds);
}

RobotState read(const Robot& robot) {
  RobotState state;
  robot.read(state);
  return state;
}

/// A copy of a robot's folder in which a piece of the model's text is replaced.
Result<std::unique_ptr<Robot>> load_broken(const testing::TemporaryFolder& folder, const std::string& from,
                                           const std::string& to) {
  std::filesystem::copy(kRobots / "rover", folder.path() / "rover");
  std::filesystem::copy(kRobots / "common", folder.path() / "common");
  const auto path = folder.path() / "rover" / "model.xml";
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  std::string xml = text.str();
  EXPECT_NE(xml.find(from), std::string::npos);
  xml.replace(xml.find(from), from.size(), to);
  std::ofstream(path) << xml;
  return Robot::load(folder.path() / "rover", 1);
}

TEST(Robot, EachStandsStillWithoutCommands) {
  for (const char* name : {"rover", "quadruped", "arm"}) {
    auto robot = load(name);
    ASSERT_NE(robot, nullptr);
    run(*robot, 1.0);
    const RobotState before = read(*robot);
    run(*robot, 1.0);
    const RobotState after = read(*robot);
    EXPECT_EQ(robot->fault(), Fault::none) << name;
    for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(before.base.p_world_m[i], after.base.p_world_m[i], 2e-3) << name;
    EXPECT_LT(tilt_of(after.base.q_world), 0.05) << name;
  }
}

TEST(Robot, RoverObeysATwist) {
  auto robot = load("rover");
  run(*robot, 0.5);
  drive(*robot, {0.8, 0, 0}, {}, 1.0);
  EXPECT_NEAR(read(*robot).measured.linear[0], 0.8, 0.08);
  robot->reset();
  drive(*robot, {}, {0, 0, 1.5}, 1.5);
  EXPECT_NEAR(read(*robot).measured.angular[2], 1.5, 0.25);
  drive(*robot, {}, {}, 1.0);
  EXPECT_NEAR(read(*robot).measured.angular[2], 0.0, 0.05);
}

TEST(Robot, QuadrupedTrotsWhereItIsTold) {
  const Vec3 linear[] = {{0.5, 0, 0}, {-0.4, 0, 0}, {0, 0.25, 0}, {0, 0, 0}};
  const double yaw[] = {0.0, 0.0, 0.0, 1.0};
  for (size_t i = 0; i < 4; ++i) {
    auto robot = load("quadruped");
    run(*robot, 0.5);
    drive(*robot, linear[i], {0, 0, yaw[i]}, 2.0);
    const RobotState before = read(*robot);
    drive(*robot, linear[i], {0, 0, yaw[i]}, 1.0);
    const RobotState after = read(*robot);
    ASSERT_EQ(robot->fault(), Fault::none);
    EXPECT_LT(tilt_of(after.base.q_world), 0.25);
    Vec3 way;
    for (size_t k = 0; k < 3; ++k) way[k] = after.base.p_world_m[k] - before.base.p_world_m[k];
    const Vec3 moved = rotate_back(before.base.q_world, way);
    EXPECT_NEAR(moved[0], linear[i][0], 0.15);
    EXPECT_NEAR(moved[1], linear[i][1], 0.15);
    EXPECT_NEAR(std::remainder(yaw_of(after.base.q_world) - yaw_of(before.base.q_world), 2 * M_PI), yaw[i], 0.3);
    drive(*robot, {}, {}, 2.0);
    EXPECT_LT(std::hypot(read(*robot).base_velocity.linear[0], read(*robot).base_velocity.linear[1]), 0.05);
  }
}

TEST(Robot, QuadrupedTakesAPush) {
  auto robot = load("quadruped");
  run(*robot, 1.0);
  robot->nudge({0.0, 0.5, 0.0});
  run(*robot, 2.0);
  EXPECT_EQ(robot->fault(), Fault::none);
  EXPECT_LT(tilt_of(read(*robot).base.q_world), 0.1);
}

TEST(Robot, QuadrupedThatFallsIsAFaultUntilReset) {
  auto robot = load("quadruped");
  robot->nudge({0.0, 6.0, 3.0});
  robot->set_damped(true);
  for (int i = 0; i < 2000 && robot->fault() == Fault::none; ++i) robot->step();
  EXPECT_EQ(robot->fault(), Fault::fall);
  robot->reset();
  run(*robot, 1.0);
  EXPECT_EQ(robot->fault(), Fault::none);
}

TEST(Robot, ArmMovesItsToolAsTold) {
  const Vec3 linear[] = {{0.1, 0, 0}, {0, 0.1, 0}, {0, 0, -0.1}};
  for (const Vec3& wanted : linear) {
    auto robot = load("arm");
    run(*robot, 0.5);
    const Vec3 before = read(*robot).tool.p_world_m;
    drive(*robot, wanted, {}, 1.0);
    const Vec3 after = read(*robot).tool.p_world_m;
    for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(after[i] - before[i], wanted[i] * 0.93, 0.03) << i;
    EXPECT_EQ(robot->fault(), Fault::none);
  }
}

TEST(Robot, ArmStopsAtTheTable) {
  auto robot = load("arm");
  drive(*robot, {0, 0, -0.3}, {}, 4.0);
  EXPECT_GT(read(*robot).tool.p_world_m[2], 0.0);
  EXPECT_EQ(robot->fault(), Fault::none);
}

TEST(Robot, GripperClosesAndOpens) {
  auto robot = load("arm");
  robot->set_motion({.twist = {}, .gripper = 0.0});
  run(*robot, 1.5);
  EXPECT_NEAR(read(*robot).joint_position[6], 0.0, 0.004);
  robot->set_motion({.twist = {}, .gripper = 1.0});
  run(*robot, 1.5);
  EXPECT_NEAR(read(*robot).joint_position[6], 0.04, 0.004);
}

TEST(Robot, DampedMotorsHoldNothing) {
  auto robot = load("quadruped");
  run(*robot, 0.5);
  robot->set_damped(true);
  run(*robot, 3.0);
  EXPECT_LT(read(*robot).base.p_world_m[2], 0.25);
}

TEST(Robot, QuadrupedGetsUpAfterDamping) {
  auto robot = load("quadruped");
  run(*robot, 0.5);
  robot->set_damped(true);
  run(*robot, 3.0);
  ASSERT_EQ(robot->fault(), Fault::none);
  robot->set_damped(false);
  run(*robot, 3.0);
  EXPECT_GT(read(*robot).base.p_world_m[2], 0.28);
  EXPECT_EQ(robot->fault(), Fault::none);
}

TEST(Robot, SameSeedAndCommandsGiveTheSameBits) {
  std::vector<double> results[2];
  for (auto& result : results) {
    auto robot = load("quadruped", 7);
    run(*robot, 0.4);
    drive(*robot, {0.4, 0.1, 0}, {0, 0, 0.3}, 1.0);
    robot->reset();
    drive(*robot, {-0.3, 0, 0}, {}, 0.7);
    SceneState scene;
    robot->snapshot(scene);
    result = scene.qpos;
  }
  ASSERT_EQ(results[0].size(), results[1].size());
  EXPECT_EQ(std::memcmp(results[0].data(), results[1].data(), results[0].size() * sizeof(double)), 0);
}

TEST(Robot, AnotherSeedScattersObjectsOtherwise) {
  SceneState a, b;
  load("rover", 1)->snapshot(a);
  load("rover", 2)->snapshot(b);
  EXPECT_NE(a.qpos, b.qpos);
}

TEST(Robot, StepsAllocateNothing) {
  auto robot = load("quadruped");
  drive(*robot, {0.4, 0, 0}, {}, 1.0);
  RobotState state;
  SceneState scene;
  robot->read(state);
  robot->snapshot(scene);
  const uint64_t before = testing::allocations_of_this_thread();
  run(*robot, 0.5);
  robot->read(state);
  robot->snapshot(scene);
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

TEST(Robot, MalformedModelIsAClearError) {
  const testing::TemporaryFolder folder;
  const auto robot = load_broken(folder, "</worldbody>", "</worldbod>");
  ASSERT_FALSE(robot);
  EXPECT_EQ(robot.error().code(), make_error_code(Errc::bad_model));
  EXPECT_NE(robot.error().message().find("model.xml"), std::string::npos);
  EXPECT_EQ(robot.error().message().find('\n'), std::string::npos);
}

TEST(Robot, ModelWithoutADescribedJointIsAClearError) {
  const testing::TemporaryFolder folder;
  const auto robot = load_broken(folder, "<motor name=\"front_left\" joint=\"front_left\"/>", "");
  ASSERT_FALSE(robot);
  EXPECT_NE(robot.error().message().find("no motor named \"front_left\""), std::string::npos)
      << robot.error().message();
}

TEST(Robot, TimeStepThatDoesNotFitIsRefused) {
  const testing::TemporaryFolder folder;
  const auto robot = load_broken(folder, "timestep=\"0.002\"", "timestep=\"0.003\"");
  ASSERT_FALSE(robot);
  EXPECT_NE(robot.error().message().find("time step"), std::string::npos);
}

TEST(Robot, DivergedPhysicsIsAFaultAndStandsStill) {
  auto robot = load("rover");
  robot->nudge({1e300, 1e300, 1e300});
  run(*robot, 0.1);
  EXPECT_EQ(robot->fault(), Fault::non_finite);
  robot->reset();
  run(*robot, 0.1);
  EXPECT_EQ(robot->fault(), Fault::none);
}

}  // namespace
}  // namespace sdr::robot
