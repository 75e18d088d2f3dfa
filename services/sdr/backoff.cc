// SPDX-License-Identifier: Apache-2.0
#include "sdr/backoff.h"

#include <algorithm>

namespace sdr::command {

Duration Backoff::died(Time now) {
  if (now - started_ >= options_.calm) next_ = options_.first;
  const Duration wait = next_;
  next_ = std::min(next_ * 2, options_.most);
  return wait;
}

}  // namespace sdr::command
