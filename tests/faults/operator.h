// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.h"
#include "schema/command.h"
#include "tests/transport/ws_client.h"

// Somebody who drives: a WebSocket client that takes frames and telemetry, echoes the robot's clock, and sends what the
// stick says 60 times a second. It is ruder than the page: it never stops by itself, so that what stops the robot is
// the other layers' doing.
//
// Thread: the loop's. Bounds: remembers when it sent the last 4096 twists. Errors: a server that refuses the connection
// throws; a connection that ends is seen by connected().

namespace sdr::faults {

class Operator {
 public:
  Operator(EventLoop& loop, net::Address server);
  ~Operator();
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  void connect();
  void disconnect();
  bool connected() const { return client_ && !client_->ended(); }

  /// What goes out from now on, in rad/s to the left: 0 is a zero twist; nothing: no twists at all.
  void set_stick(std::optional<double> yaw) { stick_ = yaw; }
  void set_ttl(std::optional<uint32_t> ttl_ms) { ttl_ms_ = ttl_ms; }
  /// Any command, at once. Gives its cmd_seq.
  uint64_t send(schema::Action action, schema::ActionData data);
  uint64_t acquire();
  /// Bytes as they are, for those who do not keep to the protocol.
  testing::WsClient& raw() { return *client_; }

  // What came last.
  const schema::SafetyState& safety() const { return safety_; }
  const schema::LeaseView& lease() const { return lease_; }
  uint64_t robot_us() const { return clock_.robot_us; }
  uint64_t frames() const { return frames_; }
  uint64_t clock_replies() const { return clock_replies_; }
  const schema::CommandAck& ack() const { return ack_; }
  uint64_t refusals() const { return refusals_; }
  /// Whether this is, or was, its name at the transport.
  bool is_me(std::string_view client) const;
  /// When that command was handed to the socket, monotonic; nothing where it was long ago.
  std::optional<uint64_t> sent_us(uint64_t cmd_seq) const;
  const std::string& last_twist() const { return last_twist_; }

 private:
  struct Sent {
    uint64_t cmd_seq, at_us;
  };

  void tick();
  void read();
  void take(const testing::WsClient::Message& message);
  void take_telemetry(std::string_view subject, std::string_view payload);
  bool writable() const;

  EventLoop& loop_;
  const net::Address server_;
  EventLoop::TimerId timer_;
  std::unique_ptr<testing::WsClient> client_;
  std::optional<double> stick_;
  std::optional<uint32_t> ttl_ms_;
  uint64_t cmd_seq_ = 0;
  std::deque<Sent> sent_;
  std::deque<std::string> names_;
  std::string last_twist_;
  schema::SafetyState safety_;
  schema::LeaseView lease_;
  schema::RobotClock clock_;
  schema::CommandAck ack_;
  uint64_t frames_ = 0;
  uint64_t clock_replies_ = 0;
  uint64_t refusals_ = 0;
};

}  // namespace sdr::faults
