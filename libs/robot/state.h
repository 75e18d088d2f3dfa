// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "robot/description.h"

// Values that pass between the robot, its controller, its viewers and its safety: plain numbers, no vendor's types.

namespace sdr::robot {

using Quat = std::array<double, 4>;  // w, x, y, z

struct Pose {
  Vec3 p_world_m{};
  Quat q_world{1.0, 0.0, 0.0, 0.0};
};

struct Velocity {
  Vec3 linear{};   // m/s
  Vec3 angular{};  // rad/s

  bool is_zero() const { return linear == Vec3{} && angular == Vec3{}; }
  bool operator==(const Velocity&) const = default;
};

/// What the sensors read. Vectors are sized once, by the robot, and then only written.
struct RobotState {
  double time_s = 0.0;  // of the simulation
  Pose base;
  Velocity base_velocity;  // in the base's frame
  Quat imu_orientation{1.0, 0.0, 0.0, 0.0};
  Vec3 imu_angular_velocity{};                                       // rad/s, in the IMU's frame
  Vec3 imu_linear_acceleration{};                                    // m/s^2, gravity included
  std::vector<double> joint_position, joint_velocity, joint_effort;  // in the description's order
  Velocity measured;  // what a twist asks for: the base's velocity, or the tool's in the base's frame
  Pose tool;          // of an arm; else unused
  int contacts = 0;
};

/// What the controller is to do until it is told otherwise.
struct Motion {
  Velocity twist;        // within the description's limits
  double gripper = 1.0;  // 0 closed, 1 open
  bool damped = false;   // motors brake, and hold nothing
};

/// What ends motion at once.
enum class Fault { none, fall, joint_limit, non_finite };

/// A loaded model as the renderer needs it; opaque, immutable, shared between threads.
class SceneModel;

/// What is drawn: handed from physics to the renderer through a slot of three, so that nothing is allocated.
struct SceneState {
  std::shared_ptr<const SceneModel> model;
  std::vector<double> qpos;
  Pose base;
  uint64_t capture_realtime_us = 0;
  uint64_t tick = 0;
};

/// Rotation of a vector by a unit quaternion, and back.
Vec3 rotate(const Quat& q, const Vec3& v);
Vec3 rotate_back(const Quat& q, const Vec3& v);

/// Heading of the x axis in the world's plane.
double yaw_of(const Quat& q);
/// The angle between the z axes of body and world.
double tilt_of(const Quat& q);
/// Roll and pitch, as in the order yaw, pitch, roll.
double roll_of(const Quat& q);
double pitch_of(const Quat& q);

}  // namespace sdr::robot
