// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

// Whether anybody wants the low layer: nobody says when they stop, so a wish runs out unless it is repeated. While the
// bus is lost nobody can repeat it, and who is on the layer stays on it.
//
// Pure: time is passed in. Thread: one (the low layer's).

namespace sdr::sim {

enum class LowLayerMode { kAuto, kOn, kOff };

class LayerWish {
 public:
  static constexpr Duration kHold = std::chrono::seconds(10);

  explicit LayerWish(LowLayerMode mode) : mode_(mode) {}

  void ask(Time now) { until_ = now + kHold; }

  void set_bus_lost(bool lost, Time now) {
    if (lost == bus_lost_) return;
    if (lost) {
      held_ = now < until_;
    } else if (held_) {
      until_ = now + kHold;  // time to repeat it
    }
    bus_lost_ = lost;
  }

  bool wanted(Time now) const {
    if (mode_ != LowLayerMode::kAuto) return mode_ == LowLayerMode::kOn;
    return now < until_ || (bus_lost_ && held_);
  }

 private:
  const LowLayerMode mode_;
  Time until_{};
  bool bus_lost_ = false;
  bool held_ = false;
};

}  // namespace sdr::sim
