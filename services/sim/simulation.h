// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "robot/robot.h"
#include "safety/command_check.h"
#include "safety/robot_side.h"
#include "sim/commands.h"

// The robot side: one robot, the authority over whether it may move, and the commands that reach both. Pure: time is
// passed in, so the same seed and the same inputs at the same times give the same bits.
//
// Thread: one (physics). Allocates only for commands.

namespace sdr::sim {

/// What the robot does at a moment; filled once per control period for telemetry.
struct SimSnapshot {
  robot::RobotState state;
  std::shared_ptr<const robot::Description> description;
  schema::Twist commanded;
  uint64_t realtime_us = 0;
  bool paused = false;
};

class Simulation {
 public:
  using Output = std::function<void(SimOutput&&)>;

  Simulation(std::unique_ptr<robot::Robot> robot, safety::RobotSide side, Output output);

  void apply(SimInput input, Time now);
  /// Also when nothing else does: an estop whose command found the queue full.
  void estop(std::string_view detail, Time now);
  /// Every change of what the motors are told is put out as well (Applied), for the trace of commands.
  void set_traced(bool traced) { traced_ = traced; }

  /// One physics step, unless paused; safety is looked after at least once per control period, and by look_after().
  void step(Time now);
  void look_after(Time now);

  /// True once after each control period.
  bool take_control_tick();
  /// The robot changed place otherwise than by moving, since the last call: cameras should jump, not glide.
  bool take_jumped();

  robot::Robot& robot() { return *robot_; }
  const safety::RobotSide& side() const { return side_; }
  bool paused() const { return paused_; }
  void fill(SimSnapshot& snapshot) const;

 private:
  safety::Verdict decide(Command& command, Time now);
  safety::Verdict act(Command& command, Time now);
  void swap(RobotReady ready, Time now);
  void reset_robot(Time now);
  void report_faults(Time now);
  void move(Time now);
  void tell_motion(Time now);
  void tell_changes(Time now);

  std::unique_ptr<robot::Robot> robot_;
  std::shared_ptr<const robot::Description> description_;
  safety::RobotSide side_;
  safety::SessionTable sessions_;
  Output output_;
  safety::SavedState told_;
  bool told_paused_ = false;
  bool told_once_ = false;
  schema::DriveMode told_drive_mode_ = schema::DriveMode::teleop;
  schema::Twist commanded_;
  bool traced_ = false;
  schema::Twist told_twist_;
  schema::Mode told_mode_ = schema::Mode::hold;
  double gripper_ = 1.0;
  bool paused_ = false;
  bool jumped_ = false;
  bool control_tick_ = false;
  int step_in_period_ = 0;
};

/// The limits in the schema's form.
schema::Twist limits_of(const robot::Description& description);

}  // namespace sdr::sim
