// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "rtc/rtp/transport_feedback.h"
#include "rtc/rtp/transport_history.h"

// Finds out whether a link carries more than is being sent: a short, fast series of packets (repeats of old ones, which
// the receiver drops), whose distance on arrival tells the rate. Only while somebody wants more than the estimate, and
// less and less often while the answer stays no.
//
// Thread: one. Nothing allocates.

namespace sdr::rtc {

class Prober {
 public:
  /// `wanted_bps` is what would be sent if the link carried it; 0: all that is wanted is being sent.
  void update(double wanted_bps, double estimate_bps, bool calm, Time now);
  /// Everything that was learnt about when to probe belongs to a link that has changed.
  void reset_backoff() { backoff_ = kShortestWait; }

  /// The number of the series that packets are to be sent for now; nothing while there is none.
  std::optional<uint8_t> active(Time now) const;
  /// When the next packet of the series is due; Time::max() while there is none.
  Time next_time() const { return sending_ ? next_send_ : Time::max(); }
  void on_sent(size_t bytes, Time now);
  /// There is nothing to send: the series ends without a result.
  void cancel(Time now) {
    sending_ = waiting_ = false;
    not_before_ = now + kShortestWait;
  }

  void on_arrived(const SentPacket& packet, ArrivalTime arrival);
  /// The end of a feedback: the rate that the series showed, once enough of it has arrived.
  std::optional<double> result(Duration round_trip, Time now);

 private:
  static constexpr Duration kShortestWait = std::chrono::seconds(1);

  double rate_bps_ = 0;  ///< of the series
  uint8_t number_ = 0;
  bool sending_ = false, waiting_ = false;
  Time next_send_{}, sent_until_{}, not_before_{};
  size_t to_send_bytes_ = 0;
  Duration backoff_ = kShortestWait;

  // What arrived of the series.
  size_t count_ = 0, bytes_ = 0, first_bytes_ = 0, last_bytes_ = 0, sent_count_ = 0;
  ArrivalTime first_arrival_{0}, last_arrival_{0};
  Time first_sent_{}, last_sent_{};
};

}  // namespace sdr::rtc
