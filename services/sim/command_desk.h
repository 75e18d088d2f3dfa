// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "schema/subjects.h"
#include "sim/encode_thread.h"
#include "sim/physics_thread.h"
#include "sim/render_thread.h"

// Where commands come in and answers go out: reads what the bus brings, lets physics decide, carries out what concerns
// picture and robot's model, and answers each command exactly once (safety.md, Commands).
//
// Thread: the event loop's. A robot's model is compiled on a thread of its own, one at a time, since that takes longer
// than a control period. Bounds: as the queues to the threads; a command that finds one full is refused, estop never.

namespace sdr::sim {

class CommandDesk {
 public:
  using Answer = std::function<void(const schema::CommandAck&)>;

  CommandDesk(EventLoop& loop, std::filesystem::path robots_dir, int64_t seed, PhysicsThread& physics,
              RenderThread& render, EncodeThread& encode, LowLayer& low, Registry& registry, Answer answer);
  ~CommandDesk();

  /// A message on control.ACTION; the subject without namespace.
  void on_control(std::string_view subject, std::string_view payload);
  void on_lease(std::string_view payload);
  void on_gate(std::string_view payload);
  void on_bus(bool connected);

  /// What physics decided: carried out where it is ours, and answered.
  void on_decided(Decided&& decided);
  void on_robot_swapped(RobotSwapped&& swapped);

 private:
  void answer(const Command& command, schema::AckStatus status, std::string_view detail);
  void answer_unreadable(std::string_view action, const schema::ControlEnvelope& envelope, const Error& error);
  void answer_unknown(std::string_view action, std::string_view payload);
  void carry_out(Command&& command);
  void load_robot(Command&& command);
  void on_loaded(const Command& command, Result<std::unique_ptr<robot::Robot>> robot);
  void move_camera(const Command& command);
  void change_settings(Command&& command);
  void request_keyframe(const schema::IdrData& request);
  void forward(SimInput&& input);

  EventLoop& loop_;
  const std::filesystem::path robots_dir_;
  const uint64_t seed_;
  PhysicsThread& physics_;
  RenderThread& render_;
  EncodeThread& encode_;
  LowLayer& low_;
  const Answer answer_;
  Registry& registry_;
  Counter& malformed_;
  std::thread loader_;
  bool loading_ = false;
};

}  // namespace sdr::sim
