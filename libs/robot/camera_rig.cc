// SPDX-License-Identifier: Apache-2.0
#include "robot/camera_rig.h"

#include <algorithm>
#include <cmath>

namespace sdr::robot {
namespace {

constexpr double kDragSoftness = 0.06;                // s
constexpr double kTargetSoftness = 0.12;              // s
constexpr double kHeadingSoftness = 0.35;             // s
constexpr double kLowestEye = 0.08;                   // m over the floor
constexpr double kSteepest = 1.45, kFlattest = 0.25;  // rad down, rad up
constexpr double kNearest = 0.25, kFarthest = 6.0;    // times the description's distance

/// The part of the way that a first-order lag goes in this time.
double part(double dt_s, double softness_s) { return 1.0 - std::exp(-dt_s / softness_s); }

double turn_toward(double from, double to, double by) { return from + by * std::remainder(to - from, 2.0 * M_PI); }

}  // namespace

void CameraRig::set_robot(const Description& description) {
  const std::string before = camera_.name;
  description_ = description;
  if (!select(before)) select(description_.cameras.front().name);
  home();
}

bool CameraRig::select(std::string_view name) {
  const Camera* camera = description_.camera(name);
  if (camera == nullptr) return false;
  camera_ = *camera;
  home();
  return true;
}

std::vector<std::string> CameraRig::names() const {
  std::vector<std::string> names;
  for (const Camera& camera : description_.cameras) names.push_back(camera.name);
  return names;
}

void CameraRig::turn(double yaw, double pitch, double zoom) {
  if (camera_.kind == CameraKind::fixed) return;
  azimuth_ = std::remainder(azimuth_ + yaw, 2.0 * M_PI);
  elevation_ = std::clamp(elevation_ + pitch, -kSteepest, kFlattest);
  distance_ = std::clamp(distance_ / zoom, kNearest * camera_.distance_m, kFarthest * camera_.distance_m);
}

/// As the description has it.
void CameraRig::home() {
  azimuth_ = camera_.azimuth;
  elevation_ = camera_.elevation;
  distance_ = camera_.distance_m;
  snap_ = true;
}

View CameraRig::update(const Pose& base, double dt_s) {
  if (camera_.kind == CameraKind::fixed) return {.mjcf = camera_.mjcf.c_str()};
  const double drag = snap_ ? 1.0 : part(dt_s, kDragSoftness);
  const double glide = snap_ ? 1.0 : part(dt_s, kTargetSoftness);
  azimuth_now_ = turn_toward(azimuth_now_, azimuth_, drag);
  elevation_now_ += drag * (elevation_ - elevation_now_);
  distance_now_ += drag * (distance_ - distance_now_);
  for (size_t i = 0; i < 3; ++i) {
    const double wanted = base.p_world_m[i] + camera_.target_m[i];
    // Sideways the camera is bound to the robot; only its bobbing is softened.
    target_[i] += (i == 2 ? glide : 1.0) * (wanted - target_[i]);
  }
  double azimuth = azimuth_now_;
  if (camera_.kind == CameraKind::follow) {
    heading_ = turn_toward(heading_, yaw_of(base.q_world), snap_ ? 1.0 : part(dt_s, kHeadingSoftness));
    azimuth += heading_;
  }
  snap_ = false;
  View view;
  view.fovy = camera_.fovy;
  view.forward = {std::cos(elevation_now_) * std::cos(azimuth), std::cos(elevation_now_) * std::sin(azimuth),
                  std::sin(elevation_now_)};
  view.up = {-std::sin(elevation_now_) * std::cos(azimuth), -std::sin(elevation_now_) * std::sin(azimuth),
             std::cos(elevation_now_)};
  for (size_t i = 0; i < 3; ++i) view.eye[i] = target_[i] - distance_now_ * view.forward[i];
  view.eye[2] = std::max(view.eye[2], kLowestEye);
  return view;
}

}  // namespace sdr::robot
