// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "robot/state.h"

// A robot in its world: MuJoCo's physics, driven by motions and read through sensors. The adapter to MuJoCo, whose
// types stay in this folder's sources.
//
// Thread: one at a time (physics); models are shared, immutable, with the renderer. Deterministic: the same folder,
// seed and sequence of calls give the same bits. Allocates when it loads, never in a step. A state that is no longer
// finite is a fault, not an error: the robot stands still until reset().

namespace sdr::robot {

class Robot {
 public:
  /// The period of the controller, for all robots; the model's time step divides it.
  static constexpr double kControlPeriodS = 0.02;

  /// Errors: Errc::unknown_robot, bad_description, bad_model (MJCF does not load, or lacks what the description names).
  static Result<std::unique_ptr<Robot>> load(const std::filesystem::path& folder, uint64_t seed);
  ~Robot();

  /// Everything to its start; scattered objects lie a little differently after each reset, as the seed says.
  void reset();

  /// In force from the next control period on.
  void set_motion(const Motion& motion);
  /// Motors follow at once whether they are to be damped.
  void set_damped(bool damped);

  /// One physics step; every steps_per_control()th, the first included, begins with the controller.
  void step();
  /// Changes the base's velocity, as a push does; in the world's frame, m/s.
  void nudge(const Vec3& velocity);

  const Description& description() const;
  int steps_per_control() const;
  double time_step_s() const;

  void read(RobotState& state) const;
  Fault fault() const;
  /// Of the joint that is beyond its range, or nullptr.
  const char* faulty_joint() const;

  /// Fills what is to be drawn; the caller adds capture time and tick.
  void snapshot(SceneState& scene) const;

 private:
  class Impl;
  explicit Robot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The robot that a model is of. Thread: any.
const Description& description_of(const SceneModel& model);

}  // namespace sdr::robot
