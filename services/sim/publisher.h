// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/event_loop.h"
#include "bus/bus.h"
#include "schema/types.h"
#include "sim/encode_thread.h"
#include "sim/physics_thread.h"
#include "sim/render_thread.h"
#include "sim/telemetry.h"
#include "sim/windowed_quantiles.h"

// Everything that the simulator says on the bus by itself: sensors, safety, clock, statistics, lists. Silent until
// speak(): who is not sure to be the only robot side says nothing.
//
// Thread: the event loop's.

namespace sdr::sim {

class Publisher {
 public:
  Publisher(EventLoop& loop, bus::Bus& bus, RenderThread& render, EncodeThread& encode,
            PhysicsThread::Stats physics_stats, StreamStats stream_stats, std::string robot_side,
            schema::RobotList robots);

  void speak();
  bool speaking() const { return speaking_; }

  void snapshot(const SimSnapshot& snapshot);
  void safety(const schema::SafetyState& state);
  void ack(const schema::CommandAck& ack);
  /// Another robot or camera, or someone may have asked.
  void lists();

  const schema::SafetyState& safety_state() const { return safety_; }
  double fps() const { return fps_; }
  /// The robot that is loaded; empty before the first state.
  std::string_view robot() const { return robots_.current ? std::string_view(*robots_.current) : std::string_view(); }

 private:
  void repeat_safety();
  void clock();
  void statistics();
  schema::FrameStats frame_stats(double seconds);
  schema::PhysicsMetrics physics_metrics();

  RenderThread& render_;
  EncodeThread& encode_;
  const PhysicsThread::Stats physics_stats_;
  const StreamStats stats_;
  const std::string robot_side_;
  Telemetry telemetry_;
  schema::RobotList robots_;
  const std::vector<schema::Codec> codecs_;  // what settings can ask for
  schema::SafetyState safety_;
  Time safety_told_{};
  bool safety_known_ = false;
  bool speaking_ = false;
  int contacts_ = 0;
  bool paused_ = false;

  WindowedQuantiles render_us_, encode_us_, publish_us_, step_us_;
  Time statistics_at_;
  uint64_t frames_seen_ = 0, bytes_seen_ = 0;
  double fps_ = 0.0;
};

}  // namespace sdr::sim
