// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

// What a robot is, beside its physics: robot.toml in the robot's folder. It says which joints there are and how they
// are driven, what a twist means and how far it may go, which cameras look at it, and where it stands at first, so that
// nothing about one robot is written in code.
//
// Parsing is strict: an unknown key, a missing one, a wrong kind or a value out of range is an error with file, line
// and key. Units are SI, angles radians. Thread: any; value types.

namespace sdr::robot {

using Vec3 = std::array<double, 3>;

/// How the controller reaches a joint: a position target by kp and kd, or a velocity target by kd alone.
enum class JointMode { position, velocity };

struct Joint {
  std::string name;  // of the MJCF joint, and of the motor that drives it
  JointMode mode = JointMode::position;
  double kp = 0.0;      // N m / rad (N / m for slides)
  double kd = 0.0;      // N m s / rad
  double effort = 0.0;  // most torque or force, in either direction
  double lower = 0.0;   // range of position; for velocity joints unused
  double upper = 0.0;
  double home = 0.0;  // position at the start and after a reset
};

/// The most that a twist may ask for, in either direction, per axis (x, y, z), and how fast the motion follows.
struct TwistLimits {
  Vec3 linear{};              // m/s
  Vec3 angular{};             // rad/s
  double linear_rate = 2.0;   // m/s^2
  double angular_rate = 6.0;  // rad/s^2
};

/// A twist drives wheels on two sides; it obeys x and yaw.
struct DifferentialDrive {
  double wheel_radius_m = 0.0;
  double track_width_m = 0.0;  // effective: what makes the yaw rate true, skidding included
  std::vector<std::string> left, right;
};

/// A twist drives legs that trot: two diagonal pairs in turn. Legs are ordered FR, FL, RR, RL, three joints each (hip
/// abduction, thigh, calf), as the robot's joints are.
struct TrotGait {
  double hip_length_m = 0.0;  // sideways, from the hip's axis to the thigh
  double thigh_length_m = 0.0, calf_length_m = 0.0;
  double foot_radius_m = 0.0;
  std::array<Vec3, 4> hips{};  // the hips' axes in the base's frame
  double height_m = 0.0;       // of the base over the ground
  double period_s = 0.5;
  double duty = 0.55;         // part of the period that a foot stands
  double clearance_m = 0.05;  // of a swinging foot
  double kp = 0.0, kd = 0.0;  // gains while walking; the joints' own while standing
};

/// A twist moves the tool: linear and angular velocity in the robot's base frame. The fingers open and close.
struct ToolArm {
  std::string site;                  // the tool's point
  std::vector<std::string> fingers;  // joints; the first `joints` that are no fingers move the tool
  double finger_open = 0.0, finger_closed = 0.0;
  double damping = 0.05;  // of the least-squares inverse
  double reach_m = 0.0;   // the tool's point stays within this of the base's origin
  double floor_m = 0.0;   // and above this height, in the base's frame
};

enum class CameraKind { orbit, follow, fixed };

struct Camera {
  std::string name;  // orbit, follow, front, ...
  CameraKind kind = CameraKind::orbit;
  std::string mjcf;  // fixed: the MJCF camera
  Vec3 target_m{};   // orbit, follow: the point looked at, from the base's place, level
  double distance_m = 2.0;
  double azimuth = 0.0;      // of the camera's direction of view, from the world's (orbit) or the robot's (follow) x
  double elevation = -0.35;  // negative looks down
  double fovy = 0.8;
};

struct SafetyLimits {
  double joint_tolerance = 0.0;         // how far beyond its range a joint may be pushed
  std::optional<double> fall_tilt;      // the base's z axis tilts further than this from the world's
  std::optional<double> fall_height_m;  // the base is lower than this
};

struct Description {
  std::filesystem::path folder;
  std::string name;   // of the folder
  std::string title;  // for people
  std::string summary;
  std::filesystem::path model;  // MJCF, in the folder
  std::string base_body;        // whose pose is odometry, whose IMU is read
  std::string imu_site;
  std::vector<Joint> joints;
  TwistLimits twist;
  std::optional<DifferentialDrive> drive;  // exactly one of these three
  std::optional<TrotGait> gait;
  std::optional<ToolArm> arm;
  std::vector<Camera> cameras;
  SafetyLimits safety;
  std::vector<std::string> scattered;  // bodies that a reset places anew, a little differently each time
  std::vector<std::string> policies;   // files, in the folder

  const Camera* camera(std::string_view camera_name) const;
};

/// Reads FOLDER/robot.toml. Errors: Errc::unknown_robot, Errc::bad_description.
Result<Description> read_description(const std::filesystem::path& folder);

/// The names of all robots: subfolders with a robot.toml, in order.
std::vector<std::string> list_robots(const std::filesystem::path& robots_dir);

}  // namespace sdr::robot
