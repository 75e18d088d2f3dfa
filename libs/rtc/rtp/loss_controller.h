// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

// The rate that losses allow: draft-ietf-rmcat-gcc-02 section 6, with one addition. Radio links lose packets whatever
// the rate. So a run of reductions ends at half of what was sent: where the loss is then not clearly lower, it is taken
// for the link's own, the reductions are undone, and only what comes on top counts. A link that always loses a fifth
// carries video instead of sinking to nothing; one that is too thin loses less at half the rate, and is lowered
// further.
//
// Thread: one. Pure.

namespace sdr::rtc {

class LossController {
 public:
  LossController(double start_bps, double lowest_bps) : lowest_bps_(lowest_bps), rate_bps_(start_bps) {}

  /// Statuses from one feedback. `carried_bps` is what arrives: a reduction begins there at the highest.
  void on_feedback(unsigned lost, unsigned arrived, double carried_bps, Time now);
  /// A packet that was counted as lost came after all.
  void on_late_arrival() { lost_ = lost_ > 0 ? lost_ - 1 : 0; }
  /// A probe got through at this rate.
  void on_probe(double bps);

  /// Never above this: what the delay allows, so that it does not run away unused.
  void set_ceiling(double bps);
  double rate_bps() const { return rate_bps_; }
  /// Of the newest interval or two, 0 to 1.
  double loss() const { return loss_; }
  /// What is taken for the link's own.
  double own_loss() const { return own_loss_; }

 private:
  void on_interval(double loss, double carried_bps);
  void reduce(double excess, double carried_bps);
  void begin_run(double carried_bps);
  void end_run();

  const double lowest_bps_;
  double rate_bps_;
  unsigned lost_ = 0, arrived_ = 0;
  Time interval_end_{};
  double loss_ = 0, own_loss_ = 0;

  // A run of reductions: what it has to show, and what is restored where it was in vain.
  bool in_run_ = false;
  int intervals_at_end_ = 0;
  double run_end_bps_ = 0, loss_before_ = 0, rate_before_ = 0;
};

}  // namespace sdr::rtc
