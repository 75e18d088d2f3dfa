// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/queue_delay.h"

#include <utility>

namespace sdr::rtc {

constexpr auto kHalfWindow = std::chrono::seconds(10);

Duration QueueDelay::on_packet(Time sent, ArrivalTime arrival) {
  const Duration delay = Duration(arrival) - sent.time_since_epoch();
  smallest_ = std::min(smallest_, delay);
  return delay - std::min(base(), smallest_);
}

std::optional<Duration> QueueDelay::end_feedback(Time now) {
  if (smallest_ == Duration::max()) return std::nullopt;
  if (now - turn_ > kHalfWindow) {
    older_ = newer_;
    newer_ = smallest_;
    turn_ = now;
  }
  newer_ = std::min(newer_, smallest_);
  last_ = std::exchange(smallest_, Duration::max());
  return last_ - base();
}

void QueueDelay::rebase() { older_ = newer_ = last_; }

}  // namespace sdr::rtc
