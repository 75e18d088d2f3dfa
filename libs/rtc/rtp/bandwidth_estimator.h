// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/prefetch.h"
#include "rtc/rtp/busy_rate.h"
#include "rtc/rtp/delay_detector.h"
#include "rtc/rtp/loss_controller.h"
#include "rtc/rtp/queue_delay.h"
#include "rtc/rtp/rate_meter.h"
#include "rtc/rtp/transport_feedback.h"
#include "rtc/rtp/transport_history.h"

// What a peer's link carries, as its feedback tells: delay-based and loss-based control after
// draft-ietf-rmcat-gcc-02, made for a source whose rate is the encoder's and not ours. Such a source uses less than the
// link has, mostly; so what arrives without a queue proves that the link carries it (a false alarm is undone at once),
// and the estimate grows to at most half as much again. More is learnt by probes (prober.h), when someone wants more.
//
// A queue that stands although it does not grow is lowered too, since its delay is the operator's; where lowering does
// not help it is somebody else's, and taken for the path's own.
//
// Thread: one. Nothing allocates. Times are those of the caller and need not be real.

namespace sdr::rtc {

class BandwidthEstimator {
 public:
  struct Limits {
    double start_bps = 30e6;  ///< until there is evidence: a picture at once on any good link
    double lowest_bps = 100e3;
    double highest_bps = 200e6;
  };

  BandwidthEstimator() : BandwidthEstimator(Limits{}) {}
  explicit BandwidthEstimator(const Limits& limits);

  // One feedback: its packets in order, then its end.
  void on_arrived(const SentPacket& packet, ArrivalTime arrival);
  void on_lost() { ++lost_; }
  void on_feedback_end(Duration round_trip, Time now);

  /// For peers without transport-wide feedback: the fraction lost of a receiver report, of so many packets.
  void on_report(double fraction_lost, unsigned packets, double sent_bps, Time now);
  /// A probe found that the link carries this rate.
  void on_probe(double bps);
  /// No feedback has come for long although packets are being sent.
  void on_silence();

  double estimate_bps() const;
  /// What arrived, over the last half second.
  double arrived_bps() const { return arrived_bps_; }
  double loss() const { return loss_.loss(); }
  bool is_overused() const { return detector_.signal() == DelaySignal::kOveruse; }
  /// How long the queue on the way is, as of the last feedback.
  Duration queue() const { return queue_; }
  /// Asks for the memory that estimate_bps() will touch.
  void prefetch() const {
    sdr::prefetch(&limits_, sizeof limits_);
    sdr::prefetch(&loss_, sizeof loss_);
    sdr::prefetch(&delay_based_bps_, sizeof delay_based_bps_);
  }

 private:
  void measure(Time now);
  void decrease(Duration round_trip, Time now);
  void increase(Duration round_trip, Time now);
  void drain_standing_queue(Duration round_trip, Time now);
  bool is_clear() const;
  double carried_bps() const;

  const Limits limits_;
  DelayDetector detector_;
  LossController loss_;
  QueueDelay queue_delay_;
  RateMeter arrived_;  ///< by the receiver's clock
  BusyRate busy_;

  unsigned arrived_count_ = 0, lost_ = 0;  ///< of the current feedback
  ArrivalTime newest_arrival_{0};
  double delay_based_bps_;
  double arrived_bps_ = 0;
  double before_silence_bps_ = 0;  ///< what was estimated when feedback ceased; 0: it comes
  double capacity_bps_ = 0;        ///< where the last overuse was; 0: unknown
  Duration queue_{};
  Time last_update_{}, last_decrease_{}, standing_since_{};
  int standing_decreases_ = 0;
};

}  // namespace sdr::rtc
