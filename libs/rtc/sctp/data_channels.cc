// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/data_channels.h"

#include <algorithm>

#include "rtc/sctp/packet_check.h"

namespace sdr::rtc {
namespace {

constexpr ChannelRules kRules[kChannelCount] = {
    {"control", DcepChannelType::rexmit_unordered, 0, 256},
    {"commands", DcepChannelType::reliable, 0, HeldMessages::kBytesMax},
};

/// Acknowledgements and clocks that wait for the network are soon stale; as many as one packet takes may wait.
constexpr size_t kControlUnsentMax = 4;
constexpr Duration kRetry = std::chrono::milliseconds(20);
constexpr uint8_t kEmpty[1] = {0};

constexpr std::array kChannels = {Channel::control, Channel::commands};

bool fits(const DcepOpen& open, const ChannelRules& rules) {
  // A reliable channel's parameter has no meaning and is to be ignored (RFC 8832 section 5.1).
  return open.type == rules.type && (rules.type == DcepChannelType::reliable || open.reliability == rules.reliability);
}

std::optional<Channel> channel_named(std::string_view label) {
  for (const Channel channel : kChannels) {
    if (rules_of(channel).label == label) return channel;
  }
  return std::nullopt;
}

}  // namespace

const ChannelRules& rules_of(Channel channel) { return kRules[static_cast<size_t>(channel)]; }

Status DataChannels::start(SctpStack& stack, const Options& options, Time now) {
  now_ = now;
  next_stream_ = options.first_stream;
  auto association = stack.open(*this, options.begins, now);
  if (!association) return association.error();
  association_ = std::move(*association);
  return Status();
}

void DataChannels::on_packet(std::span<const uint8_t> packet, Time now) {
  now_ = std::max(now_, now);
  if (!association_) return;
  if (check_sctp_packet(packet) != PacketVerdict::ok) {
    ++counts_.malformed_packets;
    return;
  }
  if (!association_->on_packet(packet, now)) ++counts_.dropped_packets;
  flush();
}

void DataChannels::on_time(Time now) {
  now_ = std::max(now_, now);
  flush();
}

std::optional<Time> DataChannels::next_time() const {
  if (!up_ || (acks_due_.none() && resets_due_.none())) return std::nullopt;
  return now_ + kRetry;
}

// ---- sending

SendResult DataChannels::send(Channel channel, std::span<const uint8_t> message, bool text) {
  const ChannelRules& rules = rules_of(channel);
  const State& state = state_of(channel);
  if (!up_ || !state.open) return SendResult::closed;
  if (message.size() > rules.message_max) return SendResult::too_large;
  const bool newest_wins = channel == Channel::control;
  const Ppid empty = text ? Ppid::text_empty : Ppid::binary_empty, some = text ? Ppid::text : Ppid::binary;
  const SendOptions options{.stream = state.stream,
                            .ppid = static_cast<uint32_t>(message.empty() ? empty : some),
                            // Until it is known that the peer has the channel nothing may overtake its opening.
                            .ordered = !newest_wins || state.opening,
                            .reliable = !newest_wins};
  SendResult result = SendResult::full;
  if (!newest_wins || association_->unsent() < kControlUnsentMax) {
    result = association_->send(message.empty() ? std::span<const uint8_t>(kEmpty) : message, options);
  }
  if (result == SendResult::sent) ++counts_.messages_out;
  if (result != SendResult::full || !newest_wins) return result;
  ++counts_.control_dropped_out;
  return SendResult::sent;
}

bool DataChannels::open(Channel channel) {
  State& state = state_of(channel);
  if (!up_ || state.open || next_stream_ >= streams_) return false;
  const ChannelRules& rules = rules_of(channel);
  std::array<uint8_t, kDcepOpenBytes + 16> message{};
  const size_t size =
      write_dcep_open({.type = rules.type, .reliability = rules.reliability, .label = rules.label}, message);
  const SendOptions options{.stream = next_stream_, .ppid = static_cast<uint32_t>(Ppid::dcep)};
  if (association_->send(std::span(message).first(size), options) != SendResult::sent) return false;
  state = {.open = true, .opening = true, .stream = next_stream_};
  next_stream_ = static_cast<uint16_t>(next_stream_ + 2);
  return true;
}

void DataChannels::close(Channel channel) {
  if (state_of(channel).open) end_channel(channel, ChannelEnd::closed);
  flush();
}

void DataChannels::shut_down() {
  if (association_) association_->shut_down();
}

void DataChannels::abort() {
  up_ = false;
  states_ = {};
  drop_held();
  if (association_) association_->abort();
}

// ---- what the association says

void DataChannels::on_up(uint16_t streams_out) {
  up_ = true;
  streams_ = std::min(streams_out, kSctpStreams);
}

void DataChannels::on_end(SctpEnd end) {
  up_ = false;
  states_ = {};
  drop_held();
  events_.on_channels_gone(end);
}

void DataChannels::on_message(const SctpMessage& message) {
  if (!up_ || message.stream >= kSctpStreams) return;
  const auto channel = channel_on(message.stream);
  if (message.too_large) {
    ++counts_.too_large;
    return channel ? end_channel(*channel, ChannelEnd::too_large) : refuse(message.stream);
  }
  const auto ppid = static_cast<Ppid>(message.ppid);
  switch (ppid) {
    case Ppid::dcep:
      return on_dcep(message.stream, message.bytes);
    case Ppid::text:
    case Ppid::binary:
    case Ppid::text_empty:
    case Ppid::binary_empty:
      break;
    default:
      ++counts_.malformed_messages;
      return;
  }
  if (!channel) {
    ++counts_.stray_messages;
    return;
  }
  const bool empty = ppid == Ppid::text_empty || ppid == Ppid::binary_empty;
  deliver(*channel, empty ? std::span<const uint8_t>() : message.bytes, ppid == Ppid::text || ppid == Ppid::text_empty);
}

void DataChannels::on_streams_reset(std::span<const uint16_t> streams) {
  if (streams.empty()) {  // all of them
    for (uint16_t stream = 0; stream < kSctpStreams; ++stream) on_stream_reset(stream);
  }
  for (const uint16_t stream : streams) {
    if (stream < kSctpStreams) on_stream_reset(stream);
  }
}

void DataChannels::on_resets_done(std::span<const uint16_t> streams) {
  for (const uint16_t stream : streams) {
    if (stream < kSctpStreams) resets_due_.reset(stream);
  }
}

/// A channel is closed when both sides have reset its stream (RFC 8831 section 6.7).
void DataChannels::on_stream_reset(uint16_t stream) {
  acks_due_.reset(stream);
  if (reset_by_us_.test(stream)) {
    reset_by_us_.reset(stream);
    return;
  }
  const auto channel = channel_on(stream);
  if (!channel) return;
  end_channel(*channel, ChannelEnd::closed);
  reset_by_us_.reset(stream);  // ours is the answer: no other follows
}

// ---- opening and closing

void DataChannels::on_dcep(uint16_t stream, std::span<const uint8_t> message) {
  if (is_dcep_ack(message)) {
    if (const auto channel = channel_on(stream); channel && state_of(*channel).opening) {
      state_of(*channel).opening = false;
      events_.on_channel_open(*channel);
    }
    return;
  }
  if (const auto open = parse_dcep_open(message)) return on_open_request(stream, *open);
  ++counts_.malformed_messages;
  const auto channel = channel_on(stream);
  return channel ? end_channel(*channel, ChannelEnd::malformed) : refuse(stream);
}

void DataChannels::on_open_request(uint16_t stream, const DcepOpen& open) {
  if (const auto channel = channel_on(stream)) return end_channel(*channel, ChannelEnd::malformed);
  const auto channel = channel_named(open.label);
  if (!channel || !fits(open, rules_of(*channel)) || state_of(*channel).open || stream >= streams_) {
    ++counts_.refused_channels;
    return refuse(stream);
  }
  reset_by_us_.reset(stream);
  resets_due_.reset(stream);
  state_of(*channel) = {.open = true, .opening = false, .stream = stream};
  acks_due_.set(stream);
  flush();
  events_.on_channel_open(*channel);
}

void DataChannels::end_channel(Channel channel, ChannelEnd end) {
  const uint16_t stream = state_of(channel).stream;
  state_of(channel) = {};
  if (channel == Channel::commands) drop_held();
  refuse(stream);
  events_.on_channel_closed(channel, end);
}

void DataChannels::refuse(uint16_t stream) {
  if (stream >= streams_ || reset_by_us_.test(stream)) return;
  acks_due_.reset(stream);
  resets_due_.set(stream);
  reset_by_us_.set(stream);
}

void DataChannels::flush() {
  if (!up_) return;
  for (uint16_t stream = 0; stream < streams_ && (acks_due_.any() || resets_due_.any()); ++stream) {
    const SendOptions options{.stream = stream, .ppid = static_cast<uint32_t>(Ppid::dcep)};
    if (acks_due_.test(stream) && association_->send(kDcepAck, options) != SendResult::full) acks_due_.reset(stream);
    // While paused its end may have come unread, and asking would begin another.
    if (resets_due_.test(stream) && !paused_ && !association_->reset_stream(stream)) resets_due_.reset(stream);
  }
}

std::optional<Channel> DataChannels::channel_on(uint16_t stream) const {
  for (const Channel channel : kChannels) {
    if (state_of(channel).open && state_of(channel).stream == stream) return channel;
  }
  return std::nullopt;
}

// ---- messages

void DataChannels::deliver(Channel channel, std::span<const uint8_t> bytes, bool text) {
  if (bytes.size() > rules_of(channel).message_max) {
    ++counts_.too_large;
    return end_channel(channel, ChannelEnd::too_large);
  }
  ++counts_.messages_in;
  if (channel == Channel::commands) return deliver_command(bytes, text);
  if (!events_.on_channel_message({channel, bytes, text, false})) ++counts_.control_dropped_in;
}

void DataChannels::deliver_command(std::span<const uint8_t> bytes, bool text) {
  if (events_.on_channel_message({Channel::commands, bytes, text, !held_.empty()})) return;
  if (state_of(Channel::commands).open) hold(bytes, text);
}

void DataChannels::hold(std::span<const uint8_t> bytes, bool text) {
  held_.push(bytes, text);
  if (!held_.full() || paused_) return;
  paused_ = true;
  ++counts_.pauses;
  association_->pause_reading();
}

void DataChannels::drop_held() {
  while (!held_.empty()) held_.pop();
  if (paused_ && association_) association_->resume_reading();
  paused_ = false;
}

void DataChannels::resume() {
  if (resuming_) return;  // called from within on_channel_message()
  resuming_ = true;
  while (up_ && !held_.empty()) {
    const auto front = held_.front();
    std::array<uint8_t, HeldMessages::kBytesMax> copy;  // the receiver may close the channel, which forgets all
    std::copy(front.bytes.begin(), front.bytes.end(), copy.begin());
    if (!events_.on_channel_message(
            {Channel::commands, std::span(copy).first(front.bytes.size()), front.text, false})) {
      break;
    }
    if (!held_.empty()) held_.pop();
  }
  resuming_ = false;
  if (!paused_ || held_.full()) return;
  paused_ = false;
  association_->resume_reading();
}

}  // namespace sdr::rtc
