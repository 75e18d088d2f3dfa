// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "robot/description.h"

// A leg of three joints: abduction about x at the hip, then thigh and calf about y. At zero the leg hangs straight
// down.

namespace sdr::robot {

struct LegAngles {
  double hip = 0.0, thigh = 0.0, calf = 0.0;
};

/// The angles that put the foot's centre at `p_hip_foot_m`, from the hip's axis in the base's frame; out of reach, the
/// nearest ones. `side` is 1 for left legs and -1 for right ones; the knee bends backwards.
LegAngles solve_leg(const TrotGait& gait, double side, const Vec3& p_hip_foot_m);

/// Where the foot's centre is for these angles.
Vec3 foot_of(const TrotGait& gait, double side, const LegAngles& angles);

}  // namespace sdr::robot
