// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace sdr::transport {

/// At most so many per second, counted in windows of one second: enough to tell a flood from a busy hand.
/// Thread: one; pure, time is passed in.
class RateLimit {
 public:
  explicit RateLimit(uint32_t per_second) : per_second_(per_second) {}

  bool allow(Time now, uint32_t count = 1) {
    if (now - window_ >= std::chrono::seconds(1)) {
      window_ = now;
      count_ = 0;
    }
    return (count_ += count) <= per_second_;
  }

  /// Whether allow() would say no.
  bool spent(Time now) const { return now - window_ < std::chrono::seconds(1) && count_ >= per_second_; }

 private:
  uint32_t per_second_;
  uint64_t count_ = 0;
  Time window_{};
};

}  // namespace sdr::transport
