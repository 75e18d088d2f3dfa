// SPDX-License-Identifier: Apache-2.0
#include "transport/control.h"

#include "base/log.h"
#include "safety/robot_side.h"
#include "transport/commander.h"
#include "transport/token_table.h"

namespace sdr::transport {
namespace {

using safety::refused;
using safety::Verdict;
using schema::AckStatus;
using schema::Action;
using schema::ClientCommand;

bool newest_wins(Action action) { return schema::info(action).queueing == schema::Queueing::newest; }

bool is_zero_twist(const ClientCommand& command) {
  const auto* twist = std::get_if<schema::Twist>(&command.data);
  return twist != nullptr && safety::is_zero(*twist);
}

RateLimit& rate_of(CommandState& state, Action action) {
  if (action == Action::cmd_vel) return state.twists;
  return action == Action::gamepad ? state.gamepads : state.commands;
}

}  // namespace

Control::Control(BusPort& bus, Supervision& supervision, Registry& registry, Hooks hooks)
    : bus_(bus),
      supervision_(supervision),
      hooks_(std::move(hooks)),
      latency_(registry.histogram("control_latency_us", "From a command's arrival to the bus having it")),
      passed_(registry.counter("commands_passed_total", "Commands put on the bus")),
      refused_(registry.counter("commands_refused_total", "Commands that the transport refused")),
      malformed_(registry.counter("commands_malformed_total", "Commands that could not be read")),
      superseded_(registry.counter("commands_superseded_total", "Twists and gamepad states replaced by a newer one")),
      estops_(registry.counter("estops_total", "Stops that clients asked for")) {}

void Control::on_command(Commander& client, std::string_view json) {
  take(client, schema::parse(json, command_), false);
}

void Control::on_command(Commander& client, schema::ClientCommand command) {
  command_ = std::move(command);
  take(client, Status(), true);
}

void Control::take(Commander& client, const Status& parsed, bool by_channel) {
  read_us_ = monotonic_us();
  if (parsed && command_.action == Action::estop) return estop(client);
  const bool twist = command_.action && newest_wins(*command_.action);
  CommandState& state = client.commands;
  if (twist) state.by_channel.control = by_channel;
  RateLimit& rate = command_.action ? rate_of(state, *command_.action) : state.commands;
  if (!rate.allow(hooks_.now())) {
    refused_.add();
    return answer(client, command_, AckStatus::refused, "more than 100 commands in a second");
  }
  if (!parsed) return refuse_unread(client, parsed.error());
  if (twist) return hold_newest(client, newest_[*command_.action == Action::gamepad]);
  if (++state.in_this_read > schema::kCommandQueueMax) {
    refused_.add();
    return answer(client, command_, AckStatus::refused, "too many commands at once");
  }
  pass_newest(client);
  pass(client, command_);
}

void Control::refuse_unread(Commander& client, const Error& error) {
  malformed_.add();
  const bool unknown = error.code() == make_error_code(schema::Errc::unknown_action);
  answer(client, command_, unknown ? AckStatus::unsupported : AckStatus::refused, error.message());
}

// No check stands before it, whoever sends it, and however often.
void Control::estop(Commander& client) {
  estops_.add();
  const Time now = hooks_.now();
  if (estops_logged_.allow(now)) log_warning("estop", {{"client", client.id()}, {"name", client.identity.name}});
  // It needs no lease and takes none, but whoever holds it is there.
  (void)supervision_.lease().on_command(client.id(), client.identity.role, Action::estop, false, now);
  if (!publish(client, command_)) {
    answer(client, command_, AckStatus::error, "the bus is lost; the robot side stops by itself");
  }
}

void Control::hold_newest(Commander& client, Waiting& slot) {
  if (slot.filled) {
    superseded_.add();
    answer(client, slot.command, AckStatus::refused, "a newer one came with it");
  }
  slot.filled = true;
  std::swap(slot.command, command_);
}

void Control::on_read_end(Commander& client) {
  client.commands.in_this_read = 0;
  pass_newest(client);
}

// Also before any other command, so that none overtakes a twist: one that came before a release would take the lease
// again.
void Control::pass_newest(Commander& client) {
  for (Waiting& slot : newest_) {
    if (std::exchange(slot.filled, false)) pass(client, slot.command);
  }
}

void Control::pass(Commander& client, ClientCommand& command) {
  const Verdict verdict = check(client, command);
  supervision_.settle_lease(hooks_.now());
  if (!verdict.ok()) {
    refused_.add();
    return answer(client, command, verdict.status, verdict.detail);
  }
  if (schema::info(*command.action).to_transport) {
    const bool auth = command.action == Action::auth;
    return answer(client, command, AckStatus::ok, auth ? role_name(client.identity.role) : "");
  }
  if (publish(client, command)) return;
  answer(client, command, AckStatus::error, "the bus is lost");
}

Verdict Control::check(Commander& client, ClientCommand& command) {
  const schema::ActionInfo& action = schema::info(*command.action);
  if (!action.from_browser) return {AckStatus::unsupported, "the transport alone sends this"};
  if (const Verdict v = client.commands.sequences.check(*command.action, command.cmd_seq); !v.ok()) return v;
  if (client.identity.role < action.role) return refused("your role may not command");
  if (action.to_transport) return ask_transport(client, command);
  if (const Verdict v = safety::check_ttl(command.ttl_ms); !v.ok()) return v;
  if (const Verdict v = check_lease(client, command); !v.ok()) return v;
  return fill_echo(client, command);
}

// A command that the gate refuses acquires no lease, but keeps the one that its sender has.
Verdict Control::check_lease(Commander& client, const ClientCommand& command) {
  const Time now = hooks_.now();
  const Action action = *command.action;
  const Verdict gate = supervision_.gate().check(action, now);
  if (!gate.ok() && !supervision_.lease().held_by(client.id())) return gate;
  const Verdict lease =
      supervision_.lease().on_command(client.id(), client.identity.role, action, is_zero_twist(command), now);
  return lease.ok() ? gate : lease;
}

// safety.md, Authority of a twist: only on loopback is the way so short that our newest clock is as good as the page's.
Verdict Control::fill_echo(Commander& client, ClientCommand& command) {
  if (*command.action != Action::cmd_vel || command.echo_us) return {};
  if (!client.loopback()) return refused("a twist needs echo_us");
  command.echo_us = supervision_.robot_clock_us(hooks_.now());
  return command.echo_us ? Verdict{} : refused("the robot side's clock is not known yet");
}

Verdict Control::ask_transport(Commander& client, const ClientCommand& command) {
  switch (*command.action) {
    case Action::request_keyframe:
      return hooks_.want_keyframe(client, std::get<schema::CameraName>(command.data).camera)
                 ? Verdict{}
                 : refused("no such camera");
    case Action::watch:
      return hooks_.watch(client, std::get<schema::WatchData>(command.data).video) ? Verdict{}
                                                                                   : refused("no video comes this way");
    case Action::lease:
      return ask_lease(client, std::get<schema::LeaseData>(command.data));
    default:
      return {};  // auth: who gets here is let in already, and learns the role; no token is looked at
  }
}

Verdict Control::ask_lease(Commander& client, const schema::LeaseData& data) {
  const Time now = hooks_.now();
  safety::Lease& lease = supervision_.lease();
  switch (data.op) {
    case schema::LeaseOp::acquire: {
      const Verdict verdict = lease.acquire(client.id(), client.identity.role, now);
      if (!verdict.ok() && client.identity.role >= schema::Role::operator_)
        supervision_.askers().asked(client.id(), now);
      return verdict;
    }
    case schema::LeaseOp::release:
      supervision_.askers().forget(client.id());  // who asked and asks no more
      return lease.release(client.id(), now);
    case schema::LeaseOp::take:
      return lease.take(client.id(), client.identity.role, now);
    case schema::LeaseOp::hand:
      return hand(client, data.to, now);
  }
  return refused("unknown operation");
}

Verdict Control::hand(Commander& client, const std::optional<std::string>& to, Time now) {
  const std::optional<schema::Role> role = to ? hooks_.role_of(*to) : std::nullopt;
  if (!role) return refused("no such client");
  return supervision_.lease().hand(client.id(), *to, *role, now);
}

bool Control::publish(Commander& client, ClientCommand& command) {
  envelope_.client.assign(client.id());
  envelope_.epoch = supervision_.lease().epoch();
  envelope_.cmd_seq = command.cmd_seq;
  envelope_.ttl_ms = command.ttl_ms;
  envelope_.echo_us = command.echo_us;
  envelope_.correlation_id = command.correlation_id;
  std::swap(envelope_.data, command.data);
  text_.clear();
  JsonWriter json(text_);
  write(json, envelope_);
  std::swap(envelope_.data, command.data);
  if (!bus_.publish(schema::info(*command.action).subject, text_)) return false;
  passed_.add();
  latency_.observe_us(static_cast<double>(monotonic_us() - read_us_));
  return true;
}

void Control::answer(Commander& client, const ClientCommand& command, AckStatus status, std::string_view detail) {
  ack_.client.assign(client.id());
  ack_.action = command.action_name;
  ack_.cmd_seq = command.cmd_seq;
  ack_.correlation_id = command.correlation_id;
  ack_.status = status;
  ack_.detail.assign(detail);
  answer_text_.clear();
  JsonWriter json(answer_text_);
  write(json, ack_);
  hooks_.answer(client, ack_, answer_text_);
}

}  // namespace sdr::transport
