// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "rtc/rtp/transport_feedback.h"

// How long the queue on the way is, seen from the smallest delay of late: the least delay of a feedback's packets minus
// the least of the last ten to twenty seconds. The two clocks need not agree, nor run at quite the same speed.
//
// Thread: one. Pure.

namespace sdr::rtc {

class QueueDelay {
 public:
  /// A packet of the current feedback; by how much its delay exceeds the smallest of late.
  Duration on_packet(Time sent, ArrivalTime arrival);
  /// The feedback's end: what its packets say together. Nothing where it had none.
  std::optional<Duration> end_feedback(Time now);
  /// The delay of now is taken for that of an empty queue: others fill it, and lowering our rate does not empty it.
  void rebase();

 private:
  Duration base() const { return std::min(older_, newer_); }

  Duration smallest_ = Duration::max();  ///< of this feedback
  Duration last_ = Duration::max();      ///< of the feedback before
  Duration older_ = Duration::max(), newer_ = Duration::max();
  Time turn_{};
};

}  // namespace sdr::rtc
