// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "robot/state.h"

// Turns a twist into targets for the joints, once per control period: one kind for each thing that a twist may mean.
// Pure: what they know is passed in, so that they are tested without physics.
//
// Thread: one (physics). Allocates when it is made, never in update().

namespace sdr::robot {

/// What a joint's motor is to reach, as torque = kp (position - q) + kd (velocity - dq) + effort, within its limit.
struct JointTarget {
  double position = 0.0;
  double velocity = 0.0;
  double kp = 0.0;
  double kd = 0.0;
};

struct ControlInput {
  const RobotState& state;
  Velocity twist;  // already smoothed
  double gripper = 1.0;
  double period_s = 0.02;
  std::span<const double>
      tool_jacobian;  // arms: six rows (linear, angular, base frame), a column for each moving joint
};

class Controller {
 public:
  virtual ~Controller() = default;
  /// The robot stands at home again.
  virtual void reset() = 0;
  /// Writes a target for each joint, in the description's order.
  virtual void update(const ControlInput& input, std::span<JointTarget> targets) = 0;
};

/// The one that the description asks for.
std::unique_ptr<Controller> make_controller(const Description& description);

std::unique_ptr<Controller> make_wheel_controller(const Description& description);
std::unique_ptr<Controller> make_trot_controller(const Description& description);
std::unique_ptr<Controller> make_arm_controller(const Description& description);

}  // namespace sdr::robot
