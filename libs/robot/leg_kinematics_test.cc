// SPDX-License-Identifier: Apache-2.0
#include "robot/leg_kinematics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sdr::robot {
namespace {

TrotGait gait() {
  TrotGait g;
  g.hip_length_m = 0.09;
  g.thigh_length_m = g.calf_length_m = 0.21;
  return g;
}

TEST(LegKinematics, SolvesWhatItReaches) {
  for (const double side : {-1.0, 1.0}) {
    for (double x = -0.12; x <= 0.12; x += 0.04) {
      for (double y = -0.05; y <= 0.05; y += 0.05) {
        for (double z = -0.36; z <= -0.2; z += 0.04) {
          const Vec3 wanted{x, side * 0.09 + y, z};
          const Vec3 got = foot_of(gait(), side, solve_leg(gait(), side, wanted));
          for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(got[i], wanted[i], 1e-9) << x << ' ' << y << ' ' << z;
        }
      }
    }
  }
}

TEST(LegKinematics, StraightLegHangsDown) {
  const Vec3 foot = foot_of(gait(), 1.0, {});
  EXPECT_NEAR(foot[0], 0.0, 1e-12);
  EXPECT_NEAR(foot[1], 0.09, 1e-12);
  EXPECT_NEAR(foot[2], -0.42, 1e-12);
}

TEST(LegKinematics, OutOfReachStaysFinite) {
  for (const Vec3& wanted : {Vec3{0, 0, 0}, Vec3{2, 0, -2}, Vec3{0, 0.01, 0}}) {
    const LegAngles angles = solve_leg(gait(), 1.0, wanted);
    EXPECT_TRUE(std::isfinite(angles.hip) && std::isfinite(angles.thigh) && std::isfinite(angles.calf));
    EXPECT_LT(angles.calf, 0.0);
  }
}

}  // namespace
}  // namespace sdr::robot
