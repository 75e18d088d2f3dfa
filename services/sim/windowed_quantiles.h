// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "base/metrics.h"

// Quantiles of what a histogram counted since the last look, for telemetry that says how it is now. Thread: one.

namespace sdr::sim {

class WindowedQuantiles {
 public:
  explicit WindowedQuantiles(const Histogram& histogram) : histogram_(histogram) {}

  /// Begins a new window; the quantiles are those of the one that ends here.
  void turn() {
    for (size_t i = 0; i < Histogram::kBuckets; ++i) {
      const uint64_t now = histogram_.cumulative(i);
      window_[i] = now - seen_[i];
      seen_[i] = now;
    }
  }

  /// The bound of the bucket in which the quantile lies, interpolated; 0 where nothing was counted.
  double quantile_us(double q) const {
    const double wanted = q * static_cast<double>(window_.back());
    if (window_.back() == 0) return 0.0;
    for (size_t i = 0; i + 1 < Histogram::kBuckets; ++i) {
      if (static_cast<double>(window_[i]) < wanted) continue;
      const double below = i == 0 ? 0.0 : static_cast<double>(window_[i - 1]);
      const double from = i == 0 ? 0.0 : Histogram::bound_us(i - 1), to = Histogram::bound_us(i);
      const double inside = static_cast<double>(window_[i]) - below;
      return from + (to - from) * (inside > 0.0 ? (wanted - below) / inside : 1.0);
    }
    return Histogram::bound_us(Histogram::kBuckets - 2);
  }
  uint64_t count() const { return window_.back(); }

 private:
  const Histogram& histogram_;
  std::array<uint64_t, Histogram::kBuckets> seen_{}, window_{};  // cumulative over the buckets
};

}  // namespace sdr::sim
