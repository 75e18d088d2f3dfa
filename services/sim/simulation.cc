// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.h"

#include <utility>

namespace sdr::sim {
namespace {

using schema::Action;
using schema::SafetyReason;

schema::Vector3 vector_of(const robot::Vec3& v) { return {v[0], v[1], v[2]}; }

robot::Velocity velocity_of(const schema::Twist& t) {
  return {{t.linear.x, t.linear.y, t.linear.z}, {t.angular.x, t.angular.y, t.angular.z}};
}

safety::Verdict unsupported(std::string_view why) { return {schema::AckStatus::unsupported, why}; }

}  // namespace

schema::Twist limits_of(const robot::Description& description) {
  return {vector_of(description.twist.linear), vector_of(description.twist.angular)};
}

Simulation::Simulation(std::unique_ptr<robot::Robot> robot, safety::RobotSide side, Output output)
    : robot_(std::move(robot)),
      description_(std::make_shared<const robot::Description>(robot_->description())),
      side_(std::move(side)),
      output_(std::move(output)) {
  side_.set_twist_limits(limits_of(*description_));
}

void Simulation::apply(SimInput input, Time now) {
  if (auto* command = std::get_if<Command>(&input)) {
    const safety::Verdict verdict = decide(*command, now);
    tell_changes(now);  // before the answer: who is told "ok" sees the state that it led to
    output_(Decided{std::move(*command), verdict, now});
  } else if (const auto* lease = std::get_if<LeaseFact>(&input)) {
    const std::optional<std::string_view> holder(lease->holder);
    side_.on_lease(lease->holder.empty() ? std::nullopt : holder, lease->epoch, now);
  } else if (const auto* gate = std::get_if<GateFact>(&input)) {
    side_.on_gate(gate->gate, now);
  } else if (const auto* bus = std::get_if<BusFact>(&input)) {
    side_.on_bus(bus->connected, now);
  } else if (auto* ready = std::get_if<RobotReady>(&input)) {
    swap(std::move(*ready), now);
  }
  tell_changes(now);
}

void Simulation::estop(std::string_view detail, Time now) {
  side_.on_estop(detail, now);
  tell_changes(now);
}

safety::Verdict Simulation::decide(Command& command, Time now) {
  const schema::ControlEnvelope& e = command.envelope;
  if (command.action == Action::estop) {
    const auto* data = std::get_if<schema::EstopData>(&e.data);
    const std::string who = e.client.empty() ? "the bus" : e.client;
    return side_.on_estop(data != nullptr && data->reason ? *data->reason : "stopped by " + who, now);
  }
  if (const safety::Verdict verdict = sessions_.check(e.client, command.action, e.cmd_seq); !verdict.ok())
    return verdict;
  return act(command, now);
}

safety::Verdict Simulation::act(Command& command, Time now) {
  const schema::ControlEnvelope& e = command.envelope;
  const safety::Sender sender{e.client, e.epoch};
  switch (command.action) {
    case Action::cmd_vel:
      return side_.on_twist({sender, std::get<schema::Twist>(e.data), e.echo_us, e.ttl_ms}, now);
    case Action::estop_clear:
      return side_.on_estop_clear(sender, now);
    case Action::set_mode: {
      const schema::DriveMode mode = std::get<schema::ModeData>(e.data).mode;
      // Without a policy or a script there is nothing that could drive by itself.
      if (mode == schema::DriveMode::auto_) return unsupported("no policy is loaded");
      return side_.on_drive_mode(sender, mode, now);
    }
    case Action::load_policy:
      return unsupported("this simulator runs no policies");
    case Action::gamepad:
      return unsupported("this simulator takes twists, not gamepads");
    default:
      break;
  }
  if (const safety::Verdict verdict = side_.on_command(sender, now); !verdict.ok()) return verdict;
  switch (command.action) {
    case Action::pause:
      paused_ = std::get<schema::PauseData>(e.data).paused;
      return {};
    case Action::reset:
      reset_robot(now);
      return {};
    case Action::gripper:
      if (!description_->arm) return unsupported("this robot has no gripper");
      if (side_.mode() == schema::Mode::estop) return safety::refused("emergency stop");
      gripper_ = std::get<schema::GripperData>(e.data).position;
      return {};
    case Action::load_robot:
    case Action::camera:
    case Action::settings:
      return {};  // the event loop's to carry out
    default:
      return unsupported("nobody implements this");
  }
}

void Simulation::reset_robot(Time now) {
  robot_->reset();
  robot_->set_damped(side_.damping());
  gripper_ = 1.0;
  jumped_ = true;
  report_faults(now);
}

void Simulation::swap(RobotReady ready, Time now) {
  std::swap(robot_, ready.robot);
  description_ = std::make_shared<const robot::Description>(robot_->description());
  side_.set_twist_limits(limits_of(*description_));
  side_.on_robot_loaded(now);
  robot_->set_damped(side_.damping());
  gripper_ = 1.0;
  step_in_period_ = 0;
  jumped_ = true;
  report_faults(now);
  output_(RobotSwapped{std::move(ready.robot)});
}

void Simulation::report_faults(Time now) {
  const robot::Fault fault = robot_->fault();
  const char* joint = robot_->faulty_joint();
  side_.on_fault(SafetyReason::fall, fault == robot::Fault::fall, "the robot fell", now);
  side_.on_fault(SafetyReason::joint_limit, fault == robot::Fault::joint_limit, joint == nullptr ? "" : joint, now);
  side_.on_fault(SafetyReason::non_finite_state, fault == robot::Fault::non_finite, "the physics diverged; reset", now);
}

void Simulation::move(Time now) {
  commanded_ = side_.twist(now);
  robot_->set_motion({.twist = velocity_of(commanded_), .gripper = gripper_, .damped = side_.damping()});
  if (traced_) tell_motion(now);
}

void Simulation::tell_motion(Time now) {
  if (commanded_ == told_twist_ && side_.mode() == told_mode_) return;
  told_twist_ = commanded_;
  told_mode_ = side_.mode();
  output_(Applied{now, told_mode_, told_twist_, side_.authority_until()});
}

void Simulation::look_after(Time now) {
  side_.on_tick(now);
  robot_->set_damped(side_.damping());
  tell_changes(now);
}

void Simulation::step(Time now) {
  if (step_in_period_ == 0) {
    side_.on_tick(now);
    move(now);
  }
  if (!paused_) robot_->step();
  report_faults(now);
  robot_->set_damped(side_.damping());
  if (++step_in_period_ >= robot_->steps_per_control()) {
    step_in_period_ = 0;
    control_tick_ = true;
  }
  tell_changes(now);
}

bool Simulation::take_control_tick() { return std::exchange(control_tick_, false); }
bool Simulation::take_jumped() { return std::exchange(jumped_, false); }

void Simulation::tell_changes(Time now) {
  const bool same = told_once_ && told_.state_id == side_.state_id() && told_paused_ == paused_ &&
                    told_drive_mode_ == side_.drive_mode() && told_.epoch == side_.epoch();
  if (same) return;
  told_once_ = true;
  told_ = side_.saved();
  told_paused_ = paused_;
  told_drive_mode_ = side_.drive_mode();
  schema::SafetyState state = side_.state(now);
  state.paused = paused_;
  output_(SafetyChanged{std::move(state), told_, now});
}

void Simulation::fill(SimSnapshot& snapshot) const {
  robot_->read(snapshot.state);
  if (snapshot.description != description_) snapshot.description = description_;
  snapshot.commanded = commanded_;
  snapshot.paused = paused_;
}

}  // namespace sdr::sim
