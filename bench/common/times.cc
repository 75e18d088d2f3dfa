// SPDX-License-Identifier: Apache-2.0
#include "bench/common/times.h"

namespace sdr::bench {

double Times::quantile_ms(double q) const {
  const double wanted = q * static_cast<double>(total_);
  double seen = 0;
  for (size_t i = 0; i < counts_.size() && total_ > 0; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return (static_cast<double>(i) + 0.5) * kStepUs / 1000;
  }
  return 0;
}

}  // namespace sdr::bench
