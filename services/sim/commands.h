// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "robot/robot.h"
#include "safety/robot_side.h"
#include "schema/command.h"

// What passes between the event loop, which hears the bus, and the physics thread, which decides.

namespace sdr::sim {

struct Command {
  schema::Action action = schema::Action::estop;
  schema::ControlEnvelope envelope;
};

struct LeaseFact {
  std::string holder;  // empty: nobody
  uint64_t epoch = 0;
};
struct GateFact {
  schema::Gate gate = schema::Gate::waiting;
};
struct BusFact {
  bool connected = false;
};
/// The answer to a load_robot that physics has let pass: the robot, compiled.
struct RobotReady {
  std::unique_ptr<robot::Robot> robot;
};

/// To physics.
using SimInput = std::variant<Command, LeaseFact, GateFact, BusFact, RobotReady>;

/// A command that was decided. Where the verdict is ok and the action is the event loop's to carry out (camera,
/// settings, load_robot), it does so, and answers then.
struct Decided {
  Command command;
  safety::Verdict verdict;
  Time at{};
};
/// The safety state changed: to be saved, then published.
struct SafetyChanged {
  schema::SafetyState state;
  safety::SavedState saved;
  Time at{};
};
/// What the motors are told from now on, where it is something else than before; only where commands are traced.
struct Applied {
  Time at{};
  schema::Mode mode = schema::Mode::hold;
  schema::Twist twist;
  Time authority_until{};
};
struct RobotSwapped {
  std::unique_ptr<robot::Robot> old;  // whose memory the event loop gives back
};

/// From physics.
using SimOutput = std::variant<Decided, SafetyChanged, Applied, RobotSwapped>;

}  // namespace sdr::sim
