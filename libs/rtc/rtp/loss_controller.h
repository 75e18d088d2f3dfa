// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

// The rate that losses allow: draft-ietf-rmcat-gcc-02 section 6, with one addition. Radio links lose packets whatever
// the rate; where several reductions in a row did not lower the loss, that loss is taken for the link's own, the
// reductions are undone, and only what comes on top counts. So a link that always loses a fifth carries video instead
// of sinking to nothing.
//
// Thread: one. Pure.

namespace sdr::rtc {

class LossController {
 public:
  explicit LossController(double start_bps) : rate_bps_(start_bps) {}

  /// Statuses from one feedback. `sent_bps` is what goes out: a reduction begins there at the highest.
  void on_feedback(unsigned lost, unsigned arrived, double sent_bps, Time now);
  /// A packet that was counted as lost came after all.
  void on_late_arrival() { lost_ = lost_ > 0 ? lost_ - 1 : 0; }

  /// Never above this: what the delay allows, so that it does not run away unused.
  void set_ceiling(double bps);
  double rate_bps() const { return rate_bps_; }
  /// Of the newest interval, 0 to 1.
  double loss() const { return loss_; }
  /// What is taken for the link's own.
  double own_loss() const { return own_loss_; }

 private:
  void on_interval(double sent_bps);
  void reduce(double excess, double sent_bps);

  double rate_bps_;
  unsigned lost_ = 0, arrived_ = 0;
  Time interval_end_{};
  double loss_ = 0, own_loss_ = 0;

  // A run of reductions: where it began, and whether it helped.
  unsigned reductions_ = 0;
  double rate_before_ = 0, loss_before_ = 0;
};

}  // namespace sdr::rtc
