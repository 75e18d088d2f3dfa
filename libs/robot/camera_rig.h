// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "robot/description.h"
#include "robot/state.h"

// Where the picture is taken from: a camera that orbits the robot as a person drags it, or one that follows behind it,
// both a little softly, so that the picture is calm while the robot jolts. A fixed camera is the model's own.
//
// Thread: one (render). Pure: time is passed in.

namespace sdr::robot {

/// A camera in the world. For a fixed one only `mjcf` counts.
struct View {
  Vec3 eye{};
  Vec3 forward{1.0, 0.0, 0.0};
  Vec3 up{0.0, 0.0, 1.0};
  double fovy = 0.8;
  const char* mjcf = nullptr;  // not null: this camera of the model, with its own opening
};

class CameraRig {
 public:
  /// Takes another robot's cameras, or another camera of this one (false, unchanged, where there is none of that name).
  void set_robot(const Description& description);
  bool select(std::string_view name);

  /// Turns and zooms (factor above 1: nearer) the camera in use, within its bounds; a fixed one stays.
  void turn(double yaw, double pitch, double zoom);
  /// The robot was put elsewhere: goes there at once instead of gliding. What was dragged stays.
  void jump() { snap_ = true; }

  /// Moves on by `dt_s` and looks at the robot.
  View update(const Pose& base, double dt_s);

  const std::string& current() const { return camera_.name; }
  std::vector<std::string> names() const;

 private:
  void home();

  Description description_;
  Camera camera_;
  double azimuth_ = 0.0, elevation_ = 0.0, distance_ = 1.0;  // as asked for
  double azimuth_now_ = 0.0, elevation_now_ = 0.0, distance_now_ = 1.0;
  double heading_ = 0.0;  // of a follower
  Vec3 target_{};
  bool snap_ = true;
};

}  // namespace sdr::robot
