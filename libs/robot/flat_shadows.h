// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mujoco/mujoco.h>

// Shadows without shadow maps: every shape is drawn once more, pressed flat onto the ground along the light, dark. They
// cost a software renderer next to nothing, and unlike a disc they have the robot's shape. Only the ground takes them:
// the planes' z = 0, and the tops of boxes of the world named in `prepare`.
//
// Thread: the renderer's. For this library's own sources only.

namespace sdr::robot {

class FlatShadows {
 public:
  /// Reads the light's direction and colours for a model.
  void prepare(const mjModel& model);
  /// Appends shadows of what is in the scene.
  void add(const mjModel& model, mjvScene& scene) const;

 private:
  void press(const mjvGeom& from, mjvGeom& to) const;

  float slope_[2] = {0.0f, 0.0f};  // how far a shadow moves sideways per height
  float rgba_[4] = {0.0f, 0.0f, 0.0f, 1.0f};
  float ground_ = 0.0f;  // height of what takes the shadows
};

}  // namespace sdr::robot
