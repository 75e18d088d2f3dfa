// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/loss_controller.h"

#include <algorithm>

namespace sdr::rtc {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(500);
constexpr unsigned kFewestPackets = 20;      // fewer say nothing: the interval goes on
constexpr double kLow = 0.02, kHigh = 0.10;  // gcc-02 section 6
constexpr double kIncrease = 1.08;
constexpr unsigned kReductionsThatMustHelp = 4;
constexpr double kHelped = 0.7;  // of the loss before
constexpr double kLargestOwnLoss = 0.35;
constexpr double kOwnLossFalls = 0.1;  // share of the way per interval

}  // namespace

void LossController::set_ceiling(double bps) { rate_bps_ = std::min(rate_bps_, bps); }

void LossController::on_feedback(unsigned lost, unsigned arrived, double sent_bps, Time now) {
  if (interval_end_ == Time{}) interval_end_ = now + kInterval;
  lost_ += lost;
  arrived_ += arrived;
  if (now < interval_end_ || lost_ + arrived_ < kFewestPackets) return;
  loss_ = static_cast<double>(lost_) / static_cast<double>(lost_ + arrived_);
  lost_ = arrived_ = 0;
  interval_end_ = now + kInterval;
  on_interval(sent_bps);
}

void LossController::on_interval(double sent_bps) {
  if (loss_ < own_loss_) own_loss_ += kOwnLossFalls * (loss_ - own_loss_);
  const double excess = loss_ - own_loss_;
  if (excess > kHigh) {
    reduce(excess, sent_bps);
  } else {
    reductions_ = 0;
    if (excess < kLow) rate_bps_ *= kIncrease;
  }
}

void LossController::reduce(double excess, double sent_bps) {
  if (reductions_ == 0) {
    rate_before_ = rate_bps_;
    loss_before_ = loss_;
  }
  rate_bps_ = std::min(rate_bps_, sent_bps) * (1 - excess / 2);
  if (loss_ < kHelped * loss_before_) {  // it helps: begin to count anew from here
    rate_before_ = rate_bps_;
    loss_before_ = loss_;
    reductions_ = 0;
  } else if (++reductions_ >= kReductionsThatMustHelp) {
    own_loss_ = std::min(loss_, kLargestOwnLoss);
    rate_bps_ = std::max(rate_bps_, rate_before_);
    reductions_ = 0;
  }
}

}  // namespace sdr::rtc
