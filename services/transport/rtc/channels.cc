// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/channels.h"

#include "schema/wire.h"

namespace sdr::transport {
namespace {

using rtc::Channel;
using schema::Action;

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

schema::ClientCommand command_of(const schema::ChannelTwist& message) {
  schema::ClientCommand command;
  command.action_name = "cmd_vel";
  command.action = Action::cmd_vel;
  command.cmd_seq = message.sequence;
  command.ttl_ms = message.ttl_ms;
  if (message.echo_us != 0) command.echo_us = message.echo_us;
  schema::Twist twist;
  twist.linear = {message.linear_x, message.linear_y, message.linear_z};
  twist.angular = {message.angular_x, message.angular_y, message.angular_z};
  command.data = twist;
  return command;
}

schema::ClientCommand command_of(const schema::ChannelGamepad& message) {
  constexpr int kButtons = 32;
  schema::ClientCommand command;
  command.action_name = "gamepad";
  command.action = Action::gamepad;
  command.cmd_seq = message.sequence;
  schema::Joy joy;
  joy.axes.assign(message.axes.begin(), message.axes.begin() + message.axes_count);
  for (int i = 0; i < kButtons; ++i) joy.buttons.push_back(static_cast<int32_t>(message.buttons >> i & 1));
  command.data = joy;
  return command;
}

}  // namespace

bool RtcChannels::on_message(RtcSession& session, const rtc::ChannelMessage& message, Time now) {
  if (message.channel == Channel::commands) return on_command(session, message, now);
  on_control(session, message.bytes, message.text);
  return true;
}

void RtcChannels::on_control(RtcSession& session, std::span<const uint8_t> bytes, bool text) {
  const std::optional<rtc::ControlMessage> message = session.input.take(bytes, text);
  if (!message) return stale_.add();
  std::visit([&](const auto& input) { control_.on_command(*session.commander, command_of(input)); }, *message);
}

bool RtcChannels::on_command(RtcSession& session, const rtc::ChannelMessage& message, Time now) {
  const std::string_view json(reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size());
  schema::ClientCommand command;
  const bool read = schema::parse(json, command).ok();
  CommandState& state = session.commander->commands;
  const bool estop = read && command.action == Action::estop;
  if (!estop && (message.overtakes || state.commands.spent(now) || state.in_this_read >= schema::kCommandQueueMax)) {
    session.commands_wait = true;
    return false;
  }
  state.by_channel.note(command.cmd_seq);
  control_.on_command(*session.commander, json);
  return true;
}

bool RtcChannels::answer(const Commander& who, const schema::CommandAck& ack, std::string_view payload) {
  const ChannelCommands& by_channel = who.commands.by_channel;
  const bool newest_wins = ack.action == "cmd_vel" || ack.action == "gamepad";
  if (newest_wins ? !by_channel.control : !by_channel.holds(ack.cmd_seq)) return false;
  RtcSession* const session = desk_.with_channel(who, newest_wins ? Channel::control : Channel::commands);
  if (session == nullptr) return false;
  text_.clear();
  if (!newest_wins) {
    text_.assign(payload);
    return desk_.send(*session, Channel::commands, bytes_of(text_), true) == rtc::SendResult::sent;
  }
  encode(schema::ChannelAck{static_cast<uint32_t>(ack.cmd_seq), static_cast<uint8_t>(ack.status)}, text_);
  (void)desk_.send(*session, Channel::control, bytes_of(text_), false);  // a lost one is not repeated
  return ack.status == schema::AckStatus::ok;
}

void RtcChannels::on_robot_clock(uint64_t robot_us) {
  text_.clear();
  encode(schema::ChannelClock{robot_us}, text_);
  desk_.for_each([this](RtcSession& session) {
    if (!session.peer().is_open(Channel::control)) return;
    (void)desk_.send(session, Channel::control, bytes_of(text_), false);
  });
}

void RtcChannels::tick(Time now) {
  desk_.for_each([now](RtcSession& session) {
    if (std::exchange(session.commands_wait, false)) session.peer().resume(now);
  });
}

}  // namespace sdr::transport
