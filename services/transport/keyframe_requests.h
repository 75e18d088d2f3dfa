// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

// Turns any number of wishes for a keyframe into few requests: the first goes at once, those of the next 500 ms in one
// at their end (stream.md, Fan-out). Without it every viewer that joins or falls behind would cost all of them an IDR.
//
// Thread: one; pure, time is passed in.

namespace sdr::transport {

class KeyframeRequests {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(500);

  /// Somebody wants a keyframe. True: send the request now.
  bool want(Time now) {
    if (sent_ && now < *sent_ + kInterval) {
      waiting_ = true;
      return false;
    }
    waiting_ = false;
    sent_ = now;
    return true;
  }
  /// True where wishes have waited long enough: send one request now.
  bool due(Time now) { return waiting_ && now >= *sent_ + kInterval && want(now); }
  /// When due() is to be asked next.
  std::optional<Time> due_at() const { return waiting_ ? std::optional<Time>(*sent_ + kInterval) : std::nullopt; }
  /// A keyframe has come: wishes from before it are met.
  void met() { waiting_ = false; }

 private:
  std::optional<Time> sent_;
  bool waiting_ = false;
};

}  // namespace sdr::transport
