// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/clock.h"
#include "rtc/rtp/transport_feedback.h"

// The rate at which packets arrive that had to wait on the way: while there is a queue the bottleneck is never idle, so
// this is what it carries, however unevenly packets were sent.
//
// Thread: one. Pure.

namespace sdr::rtc {

class BusyRate {
 public:
  /// A packet, and by how much its delay exceeds the smallest of late.
  void on_packet(ArrivalTime arrival, Duration queued, size_t bytes) {
    if (queued < kQueued || (count_ > 0 && arrival < first_)) {
      finish();
      return;
    }
    if (count_++ == 0) {
      first_ = last_ = arrival;
      bytes_ = 0;
      return;
    }
    bytes_ += bytes;
    last_ = std::max(last_, arrival);
    if (last_ - first_ > kLongest) finish();
  }

  /// Over the newest time in which there was a queue; nothing where that is long ago, or there was none.
  std::optional<double> rate_bps(ArrivalTime now) const {
    if (const auto rate = current()) return rate;
    if (rate_bps_ > 0 && now - last_ < kValid) return rate_bps_;
    return std::nullopt;
  }

 private:
  static constexpr Duration kQueued = std::chrono::milliseconds(6);
  static constexpr ArrivalTime kShortest = std::chrono::milliseconds(30), kLongest = std::chrono::milliseconds(300);
  static constexpr ArrivalTime kValid = std::chrono::seconds(2);
  static constexpr size_t kFewest = 10;

  std::optional<double> current() const {
    if (count_ < kFewest || last_ - first_ < kShortest) return std::nullopt;
    return 8.0 * static_cast<double>(bytes_) / std::chrono::duration<double>(last_ - first_).count();
  }
  void finish() {
    if (const auto rate = current()) rate_bps_ = *rate;
    count_ = 0;
  }

  size_t count_ = 0, bytes_ = 0;
  ArrivalTime first_{0}, last_{0};
  double rate_bps_ = 0;
};

}  // namespace sdr::rtc
