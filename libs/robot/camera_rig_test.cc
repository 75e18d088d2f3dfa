// SPDX-License-Identifier: Apache-2.0
#include "robot/camera_rig.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sdr::robot {
namespace {

Description cameras() {
  Description d;
  d.cameras = {{.name = "orbit",
                .kind = CameraKind::orbit,
                .mjcf = {},
                .target_m = {},
                .distance_m = 2.0,
                .azimuth = 0.0,
                .elevation = -0.4,
                .fovy = 0.8},
               {.name = "follow",
                .kind = CameraKind::follow,
                .mjcf = {},
                .target_m = {},
                .distance_m = 2.0,
                .azimuth = 0.0,
                .elevation = -0.4,
                .fovy = 0.8},
               {.name = "front",
                .kind = CameraKind::fixed,
                .mjcf = "nose",
                .target_m = {},
                .distance_m = 1.0,
                .azimuth = 0.0,
                .elevation = 0.0,
                .fovy = 0.8}};
  return d;
}

Pose at(double x, double yaw) { return {{x, 0.0, 0.5}, {std::cos(yaw / 2), 0.0, 0.0, std::sin(yaw / 2)}}; }

View settle(CameraRig& rig, const Pose& base) {
  for (int i = 0; i < 600; ++i) rig.update(base, 1.0 / 60.0);
  return rig.update(base, 1.0 / 60.0);
}

TEST(CameraRig, BeginsAtTheFirstCameraLookingAtTheRobot) {
  CameraRig rig;
  rig.set_robot(cameras());
  EXPECT_EQ(rig.current(), "orbit");
  const View view = rig.update(at(3.0, 0.0), 0.0);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(view.eye[i] + 2.0 * view.forward[i], i == 0 ? 3.0 : i == 1 ? 0.0 : 0.5, 1e-9);
}

TEST(CameraRig, DragTurnsWithinBounds) {
  CameraRig rig;
  rig.set_robot(cameras());
  rig.turn(1.0, -100.0, 1000.0);
  const View view = settle(rig, at(0.0, 0.0));
  EXPECT_NEAR(view.forward[2], std::sin(-1.45), 1e-6);
  EXPECT_NEAR(std::atan2(view.forward[1], view.forward[0]), 1.0, 1e-6);
}

TEST(CameraRig, FollowerComesRoundBehindTheRobot) {
  CameraRig rig;
  rig.set_robot(cameras());
  ASSERT_TRUE(rig.select("follow"));
  rig.update(at(0.0, 0.0), 0.0);
  const View view = settle(rig, at(0.0, 1.5));
  EXPECT_NEAR(std::atan2(view.forward[1], view.forward[0]), 1.5, 1e-3);
}

TEST(CameraRig, FixedCameraIsTheModels) {
  CameraRig rig;
  rig.set_robot(cameras());
  ASSERT_TRUE(rig.select("front"));
  rig.turn(1.0, 1.0, 2.0);
  EXPECT_STREQ(rig.update(at(0.0, 0.0), 0.1).mjcf, "nose");
}

TEST(CameraRig, KeepsItsCameraForAnotherRobotAndRefusesUnknownOnes) {
  CameraRig rig;
  rig.set_robot(cameras());
  ASSERT_TRUE(rig.select("follow"));
  rig.set_robot(cameras());
  EXPECT_EQ(rig.current(), "follow");
  EXPECT_FALSE(rig.select("cellar"));
  EXPECT_EQ(rig.current(), "follow");
}

TEST(CameraRig, NeverLooksFromUnderTheFloor) {
  CameraRig rig;
  rig.set_robot(cameras());
  rig.turn(0.0, 3.0, 1.0);
  EXPECT_GT(settle(rig, at(0.0, 0.0)).eye[2], 0.0);
}

}  // namespace
}  // namespace sdr::robot
