// SPDX-License-Identifier: Apache-2.0
#include "robot/leg_kinematics.h"

#include <algorithm>
#include <cmath>

namespace sdr::robot {

LegAngles solve_leg(const TrotGait& gait, double side, const Vec3& foot) {
  const double offset = side * gait.hip_length_m, upper = gait.thigh_length_m, lower = gait.calf_length_m;
  const double lateral = std::max(std::hypot(foot[1], foot[2]), std::abs(offset) + 1e-6);
  const double down = std::sqrt(lateral * lateral - offset * offset);  // in the leg's plane
  LegAngles angles;
  angles.hip = std::atan2(foot[2], foot[1]) - std::atan2(-down, offset);
  angles.hip = std::remainder(angles.hip, 2.0 * M_PI);
  const double reach = std::clamp(std::hypot(foot[0], down), 0.3 * (upper + lower), 0.995 * (upper + lower));
  const double cosine = (reach * reach - upper * upper - lower * lower) / (2.0 * upper * lower);
  angles.calf = -std::acos(std::clamp(cosine, -1.0, 1.0));
  angles.thigh =
      std::atan2(-foot[0], down) - std::atan2(lower * std::sin(angles.calf), upper + lower * std::cos(angles.calf));
  return angles;
}

Vec3 foot_of(const TrotGait& gait, double side, const LegAngles& angles) {
  const double offset = side * gait.hip_length_m, upper = gait.thigh_length_m, lower = gait.calf_length_m;
  const double forward = -upper * std::sin(angles.thigh) - lower * std::sin(angles.thigh + angles.calf);
  const double down = upper * std::cos(angles.thigh) + lower * std::cos(angles.thigh + angles.calf);
  return {forward, offset * std::cos(angles.hip) + down * std::sin(angles.hip),
          offset * std::sin(angles.hip) - down * std::cos(angles.hip)};
}

}  // namespace sdr::robot
