// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/operator.h"

#include <poll.h>

#include <algorithm>

#include "schema/codec.h"
#include "schema/subjects.h"

namespace sdr::faults {
namespace {

namespace subjects = schema::subjects;
using schema::Action;

constexpr Duration kInterval = std::chrono::microseconds(16'667);
constexpr size_t kSentMax = 4096, kNamesMax = 16;

}  // namespace

Operator::Operator(EventLoop& loop, net::Address server)
    : loop_(loop), server_(server), timer_(loop.every(kInterval, [this] { tick(); })) {}

Operator::~Operator() {
  loop_.cancel(timer_);
  disconnect();
}

void Operator::connect() {
  disconnect();
  client_ = std::make_unique<testing::WsClient>(server_);
  clock_ = {};  // of the robot side that is heard over this connection
  lease_ = {};
  loop_.watch(client_->fd(), EPOLLIN, [this](uint32_t) { read(); });
}

void Operator::disconnect() {
  if (!client_) return;
  if (!client_->ended()) loop_.unwatch(client_->fd());
  client_.reset();
}

void Operator::read() {
  client_->poll();
  while (!client_->messages.empty()) {
    take(client_->messages.front());
    client_->messages.pop_front();
  }
  if (client_->ended()) loop_.unwatch(client_->fd());
}

void Operator::take(const testing::WsClient::Message& message) {
  constexpr size_t kHead = 3;
  const std::string_view bytes = message.bytes;
  if (message.opcode != 2 || bytes.size() < kHead) return;
  frames_ += bytes[0] == 1;
  clock_replies_ += bytes[0] == 5;
  if (bytes[0] != 2) return;
  const size_t size = static_cast<uint8_t>(bytes[1]) | static_cast<size_t>(static_cast<uint8_t>(bytes[2])) << 8;
  if (bytes.size() >= kHead + size) take_telemetry(bytes.substr(kHead, size), bytes.substr(kHead + size));
}

void Operator::take_telemetry(std::string_view subject, std::string_view payload) {
  Status read;
  if (subject == subjects::kTelemetryClock) read = schema::parse(payload, clock_);
  if (subject == subjects::kTelemetrySafetyState) read = schema::parse(payload, safety_);
  if (subject == subjects::kTelemetryControlLease) {
    read = schema::parse(payload, lease_);
    if (lease_.you && !is_me(*lease_.you)) names_.push_front(*lease_.you);
    if (names_.size() > kNamesMax) names_.pop_back();
  }
  if (subject == subjects::kTelemetryCommandAck) {
    read = schema::parse(payload, ack_);
    refusals_ += ack_.status == schema::AckStatus::refused;
  }
  SDR_ASSERT(read.ok(), "the transport passed on what is not of the schema");
}

bool Operator::is_me(std::string_view client) const {
  return std::find(names_.begin(), names_.end(), client) != names_.end();
}

// A network that stands still fills the socket; who drives does not wait for it.
bool Operator::writable() const {
  pollfd socket = {client_->fd(), POLLOUT, 0};
  return client_->open() && !client_->ended() && ::poll(&socket, 1, 0) == 1 && (socket.revents & POLLOUT) != 0;
}

void Operator::tick() {
  if (!client_ || !stick_ || clock_.robot_us == 0) return;
  schema::Twist twist;
  twist.angular.z = *stick_;
  send(Action::cmd_vel, twist);
}

uint64_t Operator::send(Action action, schema::ActionData data) {
  if (!client_ || !writable()) return cmd_seq_;
  schema::ClientCommand command;
  command.action = action;
  command.action_name = schema::info(action).name;
  command.cmd_seq = ++cmd_seq_;
  if (action == Action::cmd_vel) {
    command.echo_us = clock_.robot_us;
    command.ttl_ms = ttl_ms_;
  }
  command.data = std::move(data);
  std::string text;
  JsonWriter json(text);
  write(json, command);
  sent_.push_back({cmd_seq_, monotonic_us()});
  if (sent_.size() > kSentMax) sent_.pop_front();
  if (action == Action::cmd_vel) last_twist_ = text;
  client_->command(text);
  return cmd_seq_;
}

uint64_t Operator::acquire() {
  return send(Action::lease, schema::LeaseData{.op = schema::LeaseOp::acquire, .to = {}});
}

std::optional<uint64_t> Operator::sent_us(uint64_t cmd_seq) const {
  const auto found = std::lower_bound(sent_.begin(), sent_.end(), cmd_seq,
                                      [](const Sent& sent, uint64_t wanted) { return sent.cmd_seq < wanted; });
  if (found == sent_.end() || found->cmd_seq != cmd_seq) return std::nullopt;
  return found->at_us;
}

}  // namespace sdr::faults
