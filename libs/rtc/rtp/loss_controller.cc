// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/loss_controller.h"

#include <algorithm>

namespace sdr::rtc {
namespace {

constexpr Duration kInterval = std::chrono::milliseconds(500);
constexpr unsigned kFewestPackets = 30;      // fewer say nothing: the interval goes on
constexpr double kLow = 0.02, kHigh = 0.10;  // gcc-02 section 6
constexpr double kIncrease = 1.08;
constexpr double kNewest = 0.5;  // weight of the newest interval: one alone errs by a few percent
constexpr double kRunEnd = 0.5;
constexpr int kIntervalsAtEnd = 3;    // the first still tells of the time before
constexpr double kHelped = 0.7;       // of the loss before
constexpr double kTakenForOwn = 0.8;  // of such a loss
constexpr double kLargestOwnLoss = 0.35;
constexpr double kOwnLossFalls = 0.1;  // share of the way per interval

}  // namespace

void LossController::set_ceiling(double bps) {
  rate_bps_ = std::clamp(rate_bps_, lowest_bps_, std::max(bps, lowest_bps_));
}

void LossController::on_feedback(unsigned lost, unsigned arrived, double carried_bps, Time now) {
  if (interval_end_ == Time{}) interval_end_ = now + kInterval;
  lost_ += lost;
  arrived_ += arrived;
  if (now < interval_end_ || lost_ + arrived_ < kFewestPackets) return;
  const double loss = static_cast<double>(lost_) / static_cast<double>(lost_ + arrived_);
  lost_ = arrived_ = 0;
  interval_end_ = now + kInterval;
  on_interval(loss, carried_bps);
}

void LossController::on_interval(double loss, double carried_bps) {
  loss_ += kNewest * (loss - loss_);
  if (loss_ < own_loss_) own_loss_ += kOwnLossFalls * (loss_ - own_loss_);
  const double excess = loss_ - own_loss_;
  if (excess > kHigh) {
    reduce(excess, carried_bps);
    return;
  }
  if (in_run_) end_run();
  if (loss_ - own_loss_ < kLow) rate_bps_ *= kIncrease;
}

// Where less was sent and as much was lost, it was in vain: what was reduced comes back.
void LossController::end_run() {
  in_run_ = false;
  if (loss_ < kHelped * loss_before_) return;
  own_loss_ = std::min(std::max(own_loss_, kTakenForOwn * loss_), kLargestOwnLoss);
  rate_bps_ = std::max(rate_bps_, rate_before_);
}

void LossController::begin_run(double carried_bps) {
  in_run_ = true;
  intervals_at_end_ = 0;
  loss_before_ = loss_;
  rate_before_ = rate_bps_;
  rate_bps_ = std::min(rate_bps_, std::max(carried_bps, lowest_bps_));
  run_end_bps_ = std::max(kRunEnd * rate_bps_, lowest_bps_);
}

void LossController::reduce(double excess, double carried_bps) {
  if (!in_run_) begin_run(carried_bps);
  rate_bps_ = std::max(run_end_bps_, rate_bps_ * (1 - excess / 2));
  if (rate_bps_ > run_end_bps_ || ++intervals_at_end_ < kIntervalsAtEnd) return;
  end_run();
}

void LossController::on_probe(double bps) {
  if (loss_ - own_loss_ < kHigh) rate_bps_ = std::max(rate_bps_, bps);
}

}  // namespace sdr::rtc
