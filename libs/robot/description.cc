// SPDX-License-Identifier: Apache-2.0
#include "robot/description.h"

#include <algorithm>
#include <numbers>
#include <set>

#include "robot/errc.h"
#include "robot/toml_table.h"

namespace sdr::robot {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kMost = 1e4;  // of any gain, effort or length: beyond it, a slip of the pen

Joint read_joint(TomlTable table) {
  Joint joint;
  joint.name = table.text("name");
  const std::string mode = table.text("mode");
  if (mode != "position" && mode != "velocity") table.fail("mode", "\"position\" or \"velocity\"", nullptr);
  joint.mode = mode == "position" ? JointMode::position : JointMode::velocity;
  joint.kp = joint.mode == JointMode::position ? table.number("kp", 0.0, kMost) : 0.0;
  joint.kd = table.number("kd", 0.0, kMost);
  joint.effort = table.number("effort", 0.0, kMost);
  if (joint.mode == JointMode::position) {
    joint.lower = table.number("lower", -kMost, kMost);
    joint.upper = table.number("upper", joint.lower, kMost);
    joint.home = table.number("home", joint.lower, joint.upper);
  }
  table.finish();
  return joint;
}

TwistLimits read_twist(TomlTable table) {
  TwistLimits twist;
  twist.linear = table.vector("linear", 0.0, 10.0);
  twist.angular = table.vector("angular", 0.0, 20.0);
  twist.linear_rate = table.number("linear_rate", 0.01, 100.0);
  twist.angular_rate = table.number("angular_rate", 0.01, 500.0);
  table.finish();
  return twist;
}

DifferentialDrive read_drive(TomlTable table) {
  DifferentialDrive drive;
  drive.wheel_radius_m = table.number("wheel_radius_m", 0.001, 10.0);
  drive.track_width_m = table.number("track_width_m", 0.001, 10.0);
  drive.left = table.texts("left");
  drive.right = table.texts("right");
  table.finish();
  return drive;
}

TrotGait read_gait(TomlTable table) {
  TrotGait gait;
  gait.hip_length_m = table.number("hip_length_m", 0.0, 2.0);
  gait.thigh_length_m = table.number("thigh_length_m", 0.01, 2.0);
  gait.calf_length_m = table.number("calf_length_m", 0.01, 2.0);
  gait.foot_radius_m = table.number("foot_radius_m", 0.0, 0.5);
  const char* const legs[] = {"hip_fr_m", "hip_fl_m", "hip_rr_m", "hip_rl_m"};
  for (size_t leg = 0; leg < 4; ++leg) gait.hips[leg] = table.vector(legs[leg], -5.0, 5.0);
  gait.height_m = table.number("height_m", 0.01, 4.0);
  gait.period_s = table.number("period_s", 0.1, 5.0);
  gait.duty = table.number("duty", 0.3, 0.9);
  gait.clearance_m = table.number("clearance_m", 0.0, 1.0);
  gait.kp = table.number("kp", 0.0, kMost);
  gait.kd = table.number("kd", 0.0, kMost);
  table.finish();
  return gait;
}

ToolArm read_arm(TomlTable table) {
  ToolArm arm;
  arm.site = table.text("site");
  arm.fingers = table.texts("fingers");
  arm.finger_open = table.number("finger_open", -10.0, 10.0);
  arm.finger_closed = table.number("finger_closed", -10.0, 10.0);
  arm.damping = table.number("damping", 0.0001, 1.0);
  arm.reach_m = table.number("reach_m", 0.01, 20.0);
  arm.floor_m = table.number("floor_m", -20.0, 20.0);
  table.finish();
  return arm;
}

Camera read_camera(TomlTable table) {
  Camera camera;
  camera.name = table.text("name");
  const std::string kind = table.text("kind");
  if (kind == "fixed") {
    camera.kind = CameraKind::fixed;
    camera.mjcf = table.text("mjcf");
  } else if (kind == "orbit" || kind == "follow") {
    camera.kind = kind == "orbit" ? CameraKind::orbit : CameraKind::follow;
    camera.target_m = table.vector("target_m", -100.0, 100.0);
    camera.distance_m = table.number("distance_m", 0.05, 100.0);
    camera.azimuth = table.number("azimuth", -2 * kPi, 2 * kPi);
    camera.elevation = table.number("elevation", -kPi / 2, kPi / 2);
    camera.fovy = table.number("fovy", 0.1, 2.5);
  } else {
    table.fail("kind", "\"orbit\", \"follow\" or \"fixed\"", nullptr);
  }
  table.finish();
  return camera;
}

SafetyLimits read_safety(TomlTable table) {
  SafetyLimits safety;
  safety.joint_tolerance = table.number("joint_tolerance", 0.0, kPi);
  if (table.has("fall_tilt")) safety.fall_tilt = table.number("fall_tilt", 0.1, kPi);
  if (table.has("fall_height_m")) safety.fall_height_m = table.number("fall_height_m", 0.0, 10.0);
  table.finish();
  return safety;
}

void check_joints(TomlTable& root, const Description& robot) {
  std::set<std::string> names;
  for (const Joint& joint : robot.joints) {
    if (!names.insert(joint.name).second) root.fail("joints", "each name once, not twice " + joint.name, nullptr);
  }
  std::vector<std::string> named;
  if (robot.drive) {
    named = robot.drive->left;
    named.insert(named.end(), robot.drive->right.begin(), robot.drive->right.end());
  }
  if (robot.arm) named = robot.arm->fingers;
  for (const std::string& name : named) {
    if (!names.contains(name)) root.fail("joints", "one named " + name, nullptr);
  }
  if (robot.gait && robot.joints.size() != 12) root.fail("joints", "twelve of them for a gait", nullptr);
}

void check_cameras(TomlTable& root, const Description& robot) {
  if (robot.cameras.empty()) root.fail("cameras", "at least one", nullptr);
  std::set<std::string> names;
  for (const Camera& camera : robot.cameras) {
    if (!names.insert(camera.name).second) root.fail("cameras", "each name once, not twice " + camera.name, nullptr);
  }
}

Description read_root(TomlTable root, const std::filesystem::path& folder) {
  Description robot;
  robot.folder = folder;
  robot.name = folder.filename().string();
  robot.title = root.text("title");
  robot.summary = root.text("summary");
  robot.model = folder / root.text("model");
  robot.base_body = root.text("base_body");
  robot.imu_site = root.text("imu_site");
  for (TomlTable& joint : root.tables("joints")) robot.joints.push_back(read_joint(std::move(joint)));
  robot.twist = read_twist(root.table("twist"));
  if (root.has("drive")) robot.drive = read_drive(root.table("drive"));
  if (root.has("gait")) robot.gait = read_gait(root.table("gait"));
  if (root.has("arm")) robot.arm = read_arm(root.table("arm"));
  if (robot.drive.has_value() + robot.gait.has_value() + robot.arm.has_value() != 1) {
    root.fail("drive", "exactly one of drive, gait and arm", nullptr);
  }
  for (TomlTable& camera : root.tables("cameras")) robot.cameras.push_back(read_camera(std::move(camera)));
  robot.safety = read_safety(root.table("safety"));
  robot.scattered = root.texts_or_none("scattered");
  robot.policies = root.texts_or_none("policies");
  check_joints(root, robot);
  check_cameras(root, robot);
  root.finish();
  return robot;
}

}  // namespace

const Camera* Description::camera(std::string_view camera_name) const {
  const auto found =
      std::find_if(cameras.begin(), cameras.end(), [&](const Camera& c) { return c.name == camera_name; });
  return found == cameras.end() ? nullptr : &*found;
}

Result<Description> read_description(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "robot.toml";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Error(Errc::unknown_robot, path.string());
  try {
    const toml::table table = toml::parse_file(path.string());
    return read_root(TomlTable(table, ""), folder);
  } catch (const toml::parse_error& error) {
    std::ostringstream text;
    text << path.string() << ": line " << error.source().begin.line << ": " << error.description();
    return Error(Errc::bad_description, text.str());
  } catch (const Malformed& error) {
    return Error(Errc::bad_description, path.string() + ": " + error.what());
  }
}

std::vector<std::string> list_robots(const std::filesystem::path& robots_dir) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(robots_dir, ignored)) {
    if (std::filesystem::exists(entry.path() / "robot.toml", ignored))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace sdr::robot
