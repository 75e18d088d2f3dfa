// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/delay_detector.h"

#include <algorithm>
#include <cmath>

namespace sdr::rtc {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto kGroupLength = std::chrono::milliseconds(5);
constexpr auto kAtOnce = std::chrono::microseconds(500);  // two steps of feedback's clock
constexpr auto kLongestBurst = std::chrono::milliseconds(100);
constexpr double kSmoothing = 0.9;
constexpr double kGain = 4.0;                    // makes the slope comparable with the threshold
constexpr double kMostGroups = 60;               // a trend seen for long counts for more, up to this
constexpr double kRise = 0.0087, kFall = 0.039;  // of the threshold, per ms: gcc-02 section 5.4
constexpr double kLowest = 6, kHighest = 600;
constexpr double kOutlier = 15;                     // so far above the threshold it does not adapt: a sudden jump
constexpr double kOveruseMs = 10;                   // overuse lasts so long before it counts
constexpr auto kSilence = std::chrono::seconds(3);  // after which old groups say nothing

double ms(auto duration) { return Milliseconds(duration).count(); }

}  // namespace

void DelayDetector::on_packet(Time sent, ArrivalTime arrival) {
  if (current_ && sent < current_->first_sent) return;  // reordered by repair; its group is long closed
  if (current_ && sent - current_->first_sent > kGroupLength && was_held_back(sent, arrival)) {
    current_->first_sent = sent;
  }
  if (!current_ || sent - current_->first_sent > kGroupLength) {
    if (current_) on_group(*current_);
    current_ = Group{sent, sent, arrival, arrival};
    return;
  }
  current_->last_sent = std::max(current_->last_sent, sent);
  current_->last_arrival = std::max(current_->last_arrival, arrival);
}

// gcc-02 section 5.2: what something on the way held back and let go at once belongs together; its delay is no queue's.
// A receiver that had no processor for a while looks so, too. Behind a bottleneck packets come at its rate, one by one.
bool DelayDetector::was_held_back(Time sent, ArrivalTime arrival) const {
  const ArrivalTime distance = arrival - current_->last_arrival;
  return distance < sent - current_->last_sent && distance <= kAtOnce &&
         arrival - current_->first_arrival < kLongestBurst;
}

void DelayDetector::on_group(const Group& group) {
  const auto previous = previous_;
  previous_ = group;
  if (!previous || group.last_sent - previous->last_sent > kSilence) {
    groups_ = 0;
    sum_ms_ = smoothed_ms_ = 0;
    first_arrival_ = group.last_arrival;
    signal_ = DelaySignal::kNormal;
    return;
  }
  const double send_delta_ms = ms(group.last_sent - previous->last_sent);
  const double arrival_delta_ms = ms(group.last_arrival - previous->last_arrival);
  sum_ms_ += arrival_delta_ms - send_delta_ms;
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * sum_ms_;
  points_[groups_++ % kPoints] = {ms(group.last_arrival - first_arrival_), smoothed_ms_};
  if (groups_ < kPoints) return;
  detect(std::min(static_cast<double>(groups_), kMostGroups) * slope() * kGain, send_delta_ms, group.last_arrival);
}

double DelayDetector::slope() const {
  double x = 0, y = 0;
  for (const Point& point : points_) {
    x += point.arrival_ms / kPoints;
    y += point.delay_ms / kPoints;
  }
  double above = 0, below = 0;
  for (const Point& point : points_) {
    above += (point.arrival_ms - x) * (point.delay_ms - y);
    below += (point.arrival_ms - x) * (point.arrival_ms - x);
  }
  return below > 0 ? above / below : 0;
}

void DelayDetector::detect(double trend, double send_delta_ms, ArrivalTime now) {
  if (trend > threshold_) {
    over_ms_ += over_count_ == 0 ? send_delta_ms / 2 : send_delta_ms;  // it began somewhere in between
    ++over_count_;
    if (over_ms_ > kOveruseMs && over_count_ > 1 && trend >= previous_trend_) signal_ = DelaySignal::kOveruse;
  } else {
    over_ms_ = 0;
    over_count_ = 0;
    signal_ = trend < -threshold_ ? DelaySignal::kUnderuse : DelaySignal::kNormal;
  }
  previous_trend_ = trend;
  adapt_threshold(trend, now);
}

void DelayDetector::adapt_threshold(double trend, ArrivalTime now) {
  const double magnitude = std::fabs(trend);
  const double elapsed_ms = adapted_ ? std::clamp(ms(now - *adapted_), 0.0, 100.0) : 0;
  adapted_ = now;
  if (magnitude > threshold_ + kOutlier) return;
  threshold_ += (magnitude < threshold_ ? kFall : kRise) * (magnitude - threshold_) * elapsed_ms;
  threshold_ = std::clamp(threshold_, kLowest, kHighest);
}

}  // namespace sdr::rtc
