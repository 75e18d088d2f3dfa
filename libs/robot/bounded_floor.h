// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mujoco/mujoco.h>

#include <vector>

// Infinite planes drawn as large ones. MuJoCo draws an infinite plane as 200 by 200 tiles, whose corners a software
// renderer transforms and lights one by one: more work than the rest of the picture. A large plane of a few tiles looks
// the same, and fog hides where it ends, as the haze of an infinite one does. It still moves along with the camera.
//
// Thread: the renderer's. For this library's own sources only.

namespace sdr::robot {

class BoundedFloor {
 public:
  /// Changes the model that a drawing context is about to be made of, a shallow copy: bounds to infinite planes, and
  /// the fog. The copy's sizes are this object's from then on.
  void prepare(mjModel& copy);

  /// Whether there is a plane that was infinite; the scene then wants fog.
  bool bounded() const { return reach_ > 0.0f; }

  /// Gives the scene's infinite planes the same bounds.
  void apply(mjvScene& scene) const;

 private:
  std::vector<mjtNum> sizes_;
  float reach_ = 0.0f;  // m, from the plane's middle to its edge
};

}  // namespace sdr::robot
