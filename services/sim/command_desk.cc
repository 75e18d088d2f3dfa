// SPDX-License-Identifier: Apache-2.0
#include "sim/command_desk.h"

#include <algorithm>

#include "base/log.h"
#include "base/scheduling.h"
#include "base/service.h"
#include "robot/description.h"
#include "schema/codec.h"
#include "schema/errc.h"

namespace sdr::sim {
namespace {

using schema::AckStatus;
using schema::Action;

constexpr size_t kActionNameMax = 64;

}  // namespace

CommandDesk::CommandDesk(EventLoop& loop, std::filesystem::path robots_dir, int64_t seed, PhysicsThread& physics,
                         RenderThread& render, EncodeThread& encode, LowLayer& low, Registry& registry, Answer answer)
    : loop_(loop),
      robots_dir_(std::move(robots_dir)),
      seed_(static_cast<uint64_t>(seed)),
      physics_(physics),
      render_(render),
      encode_(encode),
      low_(low),
      answer_(std::move(answer)),
      registry_(registry),
      malformed_(registry.counter("sim_messages_malformed_total", "Messages from the bus that could not be read")) {}

CommandDesk::~CommandDesk() {
  if (loader_.joinable()) loader_.join();
}

void CommandDesk::on_control(std::string_view subject, std::string_view payload) {
  const std::string_view name = subject.substr(std::min(subject.size(), schema::subjects::kControlPrefix.size()));
  const std::optional<Action> action = schema::action_from(name);
  if (!action || schema::info(*action).to_transport) return answer_unknown(name, payload);
  Command command{.action = *action, .envelope = {}};
  const Status read = schema::parse(payload, *action, command.envelope);
  registry_.counter("sim_commands_total", "Commands from the bus", {{"action", std::string(name)}}).add();
  if (*action == Action::estop) {
    if (!read) command.envelope.data = schema::EstopData{};  // whatever stands in it, it stops the robot
  } else if (!read) {
    return answer_unreadable(name, command.envelope, read.error());
  }
  if (*action == Action::request_idr) {  // the transport's own, coalesced: needs neither lease nor answer
    return request_keyframe(std::get<schema::IdrData>(command.envelope.data));
  }
  SimInput input(std::move(command));
  if (physics_.send(std::move(input))) return;
  const Command& unsent = std::get<Command>(input);  // a full queue leaves it untouched
  if (*action == Action::estop) {
    physics_.estop();
    return answer(unsent, AckStatus::ok, "");
  }
  answer(unsent, AckStatus::refused, "too many commands at once");
}

void CommandDesk::on_lease(std::string_view payload) {
  const Result<schema::LeaseState> lease = schema::parse_lease_state(payload);
  if (!lease) return malformed_.add();
  forward(LeaseFact{lease->holder.value_or(""), lease->epoch});
}

void CommandDesk::on_gate(std::string_view payload) {
  const Result<schema::VideoGateState> gate = schema::parse_video_gate_state(payload);
  if (!gate) return malformed_.add();
  forward(GateFact{gate->gate});
}

void CommandDesk::on_bus(bool connected) {
  encode_.set_bus_lost(!connected);
  low_.set_bus_lost(!connected);
  forward(BusFact{connected});
}

void CommandDesk::request_keyframe(const schema::IdrData& request) {
  if (request.camera && *request.camera != render_.camera()) return;  // another ring's, and its writer's to serve
  const bool keyframe = request.keyframe.value_or(true);
  if (request.layer == schema::Layer::low) return low_.want(keyframe);
  if (keyframe) encode_.request_keyframe();
}

void CommandDesk::forward(SimInput&& input) {
  if (physics_.send(std::move(input))) return;
  log_error("Physics hears nothing any more: the robot is stopped");
  physics_.estop();
}

void CommandDesk::answer(const Command& command, AckStatus status, std::string_view detail) {
  answer_({.client = command.envelope.client,
           .action = std::string(schema::info(command.action).name),
           .cmd_seq = command.envelope.cmd_seq,
           .correlation_id = command.envelope.correlation_id,
           .status = status,
           .detail = std::string(detail)});
}

void CommandDesk::answer_unreadable(std::string_view action, const schema::ControlEnvelope& envelope,
                                    const Error& error) {
  malformed_.add();
  answer_({.client = envelope.client,
           .action = std::string(action),
           .cmd_seq = envelope.cmd_seq,
           .correlation_id = envelope.correlation_id,
           .status = AckStatus::refused,
           .detail = error.message()});
}

void CommandDesk::answer_unknown(std::string_view action, std::string_view payload) {
  schema::ControlEnvelope envelope;
  const Status ignored =
      schema::parse(payload, Action::reset, envelope);  // for client and sequence; data does not count
  if (!ignored) malformed_.add();
  answer_({.client = envelope.client,
           .action = std::string(action.substr(0, kActionNameMax)),
           .cmd_seq = envelope.cmd_seq,
           .correlation_id = envelope.correlation_id,
           .status = AckStatus::unsupported,
           .detail = "no such action"});
}

void CommandDesk::on_decided(Decided&& decided) {
  if (decided.verdict.ok()) return carry_out(std::move(decided.command));
  answer(decided.command, decided.verdict.status, decided.verdict.detail);
}

void CommandDesk::carry_out(Command&& command) {
  switch (command.action) {
    case Action::load_robot:
      return load_robot(std::move(command));
    case Action::camera:
      return move_camera(command);
    case Action::settings:
      return change_settings(std::move(command));
    default:
      return answer(command, AckStatus::ok, "");
  }
}

void CommandDesk::load_robot(Command&& command) {
  const std::string name = std::get<schema::NameData>(command.envelope.data).name;
  const std::vector<std::string> known = robot::list_robots(robots_dir_);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    return answer(command, AckStatus::refused, "no robot named \"" + name + "\"");
  }
  if (loading_) return answer(command, AckStatus::refused, "another robot is being loaded");
  loading_ = true;
  if (loader_.joinable()) loader_.join();
  loader_ = std::thread([this, folder = robots_dir_ / name, command = std::move(command)]() mutable {
    name_thread("sim-load");
    ask_for_long_turns();
    auto robot = std::make_shared<Result<std::unique_ptr<robot::Robot>>>(robot::Robot::load(folder, seed_));
    const bool posted =
        loop_.post([this, robot, command = std::move(command)]() mutable { on_loaded(command, std::move(*robot)); });
    if (!posted) log_warning("A robot was loaded in vain: the service stops");
  });
}

void CommandDesk::on_loaded(const Command& command, Result<std::unique_ptr<robot::Robot>> robot) {
  loading_ = false;
  if (!robot) {
    log_error("A robot does not load", {{"reason", robot.error().message()}});
    return answer(command, AckStatus::error, robot.error().message());
  }
  const std::string name = (*robot)->description().name;
  if (!physics_.send(RobotReady{std::move(*robot)})) {
    return answer(command, AckStatus::refused, "too many commands at once");
  }
  log_info("Robot", {{"robot", name}});
  answer(command, AckStatus::ok, "");
}

void CommandDesk::on_robot_swapped(RobotSwapped&& swapped) { swapped.old.reset(); }

void CommandDesk::move_camera(const Command& command) {
  const auto& data = std::get<schema::CameraData>(command.envelope.data);
  if (data.name && !render_.has_camera(*data.name)) {
    return answer(command, AckStatus::refused, "this robot has no camera \"" + *data.name + "\"");
  }
  RenderCommand out;
  out.camera = data.name;
  out.yaw = data.yaw;
  out.pitch = data.pitch;
  out.zoom = data.zoom;
  const bool sent = render_.send(std::move(out));
  answer(command, sent ? AckStatus::ok : AckStatus::refused, sent ? "" : "too many commands at once");
}

void CommandDesk::change_settings(Command&& command) {
  const auto data = std::get<schema::SettingsData>(command.envelope.data);
  if (data.width.has_value() != data.height.has_value()) {
    return answer(command, AckStatus::refused, "width and height go together");
  }
  if (data.width && (*data.width % 2 != 0 || *data.height % 2 != 0)) {
    return answer(command, AckStatus::refused, "width and height must be even");
  }
  const auto number = [](std::optional<uint32_t> value) {
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
  };
  RenderCommand picture;
  picture.width = number(data.width);
  picture.height = number(data.height);
  picture.fps = number(data.fps);
  EncodeCommand stream;
  if (data.codec) stream.codec = std::string(schema::to_text(*data.codec));
  if (data.bitrate_bps) stream.bitrate_bps = static_cast<int64_t>(*data.bitrate_bps);
  auto pending = std::make_shared<Command>(std::move(command));
  stream.done = [this, pending](const std::string& error) {
    const bool posted = loop_.post(
        [this, pending, error] { answer(*pending, error.empty() ? AckStatus::ok : AckStatus::error, error); });
    if (!posted) log_warning("Settings were changed, but the loop was too busy to say so");
  };
  const bool sent = (!data.width && !data.fps) || render_.send(std::move(picture));
  if (!sent || !encode_.send(std::move(stream))) answer(*pending, AckStatus::refused, "too many commands at once");
}

}  // namespace sdr::sim
