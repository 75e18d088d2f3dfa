// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "safety/causes.h"
#include "safety/verdict.h"
#include "schema/actions.h"

// The transport's layer of safety: nobody drives by an old picture. The age of a frame is the time since this transport
// saw the ring's sequence number change; before the first frame twists are refused and nothing is stopped.
//
// Pure: events and a time in, state and orders out. Thread: one. Fixed size.

namespace sdr::safety {

class VideoGate {
 public:
  /// What the transport must do now, each told once per closing.
  struct Orders {
    bool publish = false;     // the gate changed: telemetry.safety.video_gate
    bool zero_twist = false;  // the gate closed: one zero twist to the robot side
    bool estop = false;       // 5 s without a frame while an operator drives: control.estop
  };

  explicit VideoGate(Time now) : since_(now) {}

  /// A number that changes with each frame that comes, whenever it was looked at: the ring's sequence number, or how
  /// many frames were found whole. Only a change counts.
  Orders on_sequence(uint64_t sequence_number, Time now);
  /// At least every 100 ms. `driven`: somebody holds the lease and the robot side is in TELEOP.
  Orders on_tick(bool driven, Time now);

  schema::Gate gate() const { return gate_; }
  /// Whether the gate lets a command of this action pass.
  Verdict check(schema::Action action, Time now) const;
  std::optional<Duration> frame_age(Time now) const;
  schema::VideoGateState state(Time now) const;

 private:
  void set(schema::Gate gate, Time now, Orders& orders);

  schema::Gate gate_ = schema::Gate::waiting;
  Time since_;
  bool seen_ = false;
  uint64_t sequence_number_ = 0;
  std::optional<Time> newest_;
  bool stopped_ = false;  // the estop of this closing was ordered
  bool driven_ = false;
};

}  // namespace sdr::safety
