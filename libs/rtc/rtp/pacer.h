// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/clock.h"

// When a peer's packets may leave. An ordinary frame leaves at once, in one segmented send; a large one in bursts
// spread over the frame interval, so that what is urgent goes in between and no queue on the way overflows. A link that
// is known to be thin gets small bursts at two and a half times its rate, since faster ones would only wait there, or
// be lost.
//
// Thread: one. Pure: says how many bytes may go and when to ask again.

namespace sdr::rtc {

class Pacer {
 public:
  explicit Pacer(Duration frame_interval = std::chrono::microseconds(16'667)) : frame_interval_(frame_interval) {}

  /// After frames were queued or dropped: how much waits, what the link carries, and whether that is too little.
  void on_queue(size_t queued_bytes, double estimate_bps, bool thin);

  /// How many bytes may go now; a packet may go where there is any.
  size_t allowance(Time now) const { return now < next_ ? 0 : burst_; }
  void on_sent(size_t bytes, Time now);
  /// When something may go; in the past: now.
  Time next_time() const { return next_; }

 private:
  Duration frame_interval_;
  double rate_bps_ = 1e6;
  size_t burst_ = 0;
  Time next_{};
};

}  // namespace sdr::rtc
