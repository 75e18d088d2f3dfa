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

/// All that comes through a ring.
class RingFollower {
 public:
  explicit RingFollower(const std::string& path) : reader_({.path = path}) {}
  void read();
  /// Frames that are keyframes.
  size_t keyframes() const;
  frames::WriterState writer() const { return reader_.writer_state(); }

  std::vector<frames::FrameHeader> headers;  // of every frame
  std::vector<std::byte> payload;            // of the newest
  std::vector<std::byte> keyframe;           // payload of the newest keyframe

 private:
  frames::RingReader reader_;
};

/// What a transport is to a simulator: reads its rings, hears its telemetry, sends commands with a lease.
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
  RingFollower full, low;  // the layers
  std::vector<frames::FrameHeader>& headers = full.headers;

 private:
  void send(schema::Action action, schema::ActionData data);

  EventLoop loop_;
  Registry registry_;
  bus::Bus bus_;
  uint64_t epoch_ = 1;
  uint64_t robot_us_ = 0;
  std::map<schema::Action, uint64_t> sequences_;
  std::vector<schema::CommandAck> acks_;
};

}  // namespace sdr::testing
