// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

// Bits per second over a sliding window, counted in buckets: constant memory, constant time.
//
// Thread: one. Times never go back; one that does counts for the newest bucket.

namespace sdr::rtc {

class RateMeter {
 public:
  static constexpr size_t kBuckets = 20;

  explicit RateMeter(Duration window = std::chrono::seconds(1)) : bucket_(window / static_cast<int64_t>(kBuckets)) {}

  void add(size_t bytes, Time now);
  /// Over the window before `now`, or over the time since the first byte where that is shorter, but
  /// never less than a quarter of it.
  double rate_bps(Time now) const;
  /// Over the newest part of the window only: `window` is rounded to buckets.
  double rate_bps(Time now, Duration window) const;

 private:
  int64_t index_of(Time time) const { return std::max<int64_t>(0, time.time_since_epoch() / bucket_); }

  Duration bucket_;
  std::array<uint32_t, kBuckets> bytes_{};
  int64_t newest_ = 0, first_ = 0;  ///< bucket numbers; first_: where counting began
  bool started_ = false;
};

}  // namespace sdr::rtc
