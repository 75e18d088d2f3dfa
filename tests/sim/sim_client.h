// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "bus/typed.h"
#include "frames/ring_reader.h"

namespace sdr::testing {

/// What a transport is to a simulator: reads its ring, hears its telemetry, sends commands with a lease.
class SimClient {
 public:
  SimClient(const std::string& nats_url, const std::string& ring_path);

  /// Serves bus and ring until the condition holds; false after half a minute.
  bool until(const std::function<bool()>& condition);

  void lease(uint64_t epoch);
  /// Sends a command and waits for its answer; an answer that does not come has status error.
  schema::CommandAck command(schema::Action action, schema::ActionData data);
  /// Sends one that is not answered.
  void post(schema::Action action, schema::ActionData data) { send(action, std::move(data)); }
  /// Sends a twist at 50 Hz until the condition holds.
  bool drive(double x, double yaw, const std::function<bool()>& condition);

  // What came last.
  schema::SafetyState safety;
  schema::Odometry odometry;
  schema::JointState joints;
  schema::RobotList robots;
  schema::FrameStats stats;
  schema::PhysicsMetrics physics;
  std::vector<frames::FrameHeader> headers;  // of every frame
  std::vector<std::byte> payload;            // of the newest

 private:
  void send(schema::Action action, schema::ActionData data);
  void read_ring();

  EventLoop loop_;
  Registry registry_;
  bus::Bus bus_;
  frames::RingReader reader_;
  uint64_t epoch_ = 1;
  uint64_t robot_us_ = 0;
  std::map<schema::Action, uint64_t> sequences_;
  std::vector<schema::CommandAck> acks_;
};

}  // namespace sdr::testing
