// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sdr::bench {

/// Times in microseconds, counted in steps of 5, so that millions cost nothing to keep.
class Times {
 public:
  Times() : counts_(kSteps + 1) {}
  void add(double us) {
    const double step = us < 0 ? 0 : us / kStepUs;
    ++counts_[step < kSteps ? static_cast<size_t>(step) : kSteps];
    ++total_;
  }
  void clear() { *this = Times(); }
  uint64_t count() const { return total_; }
  /// In milliseconds; 0 where there is nothing.
  double quantile_ms(double q) const;

 private:
  static constexpr size_t kSteps = 200'000;  // one second
  static constexpr double kStepUs = 5;
  std::vector<uint32_t> counts_;
  uint64_t total_ = 0;
};

}  // namespace sdr::bench
