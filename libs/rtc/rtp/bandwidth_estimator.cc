// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/bandwidth_estimator.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;

constexpr auto kRateWindow = milliseconds(500), kShortRateWindow = milliseconds(200);
constexpr double kDecrease = 0.85;         // gcc-02 section 5.5
constexpr double kGrowthPerSecond = 1.08;  // while the capacity is unknown or far
constexpr double kSlowGrowthPerSecond = 1.03;
constexpr double kNearCapacity = 0.85;
constexpr double kAppLimit = 1.5, kAppLimitSlack_bps = 10e3;
constexpr auto kLeastQueue = milliseconds(4);
constexpr auto kClearQueue = milliseconds(15);
constexpr double kClearLoss = 0.02;
constexpr auto kStandingQueue = milliseconds(60);
constexpr auto kStandingFor = milliseconds(600);
constexpr int kStandingDecreases = 3;  // that must help, else the queue is not ours
constexpr auto kShortestReaction = milliseconds(200);

// Far enough from zero for whatever a peer says.
Time as_time(ArrivalTime arrival) { return Time(std::chrono::hours(24 * 1000)) + arrival; }

}  // namespace

BandwidthEstimator::BandwidthEstimator(const Limits& limits)
    : limits_(limits), loss_(limits.start_bps, limits.lowest_bps), delay_based_bps_(limits.start_bps) {}

double BandwidthEstimator::estimate_bps() const {
  return std::clamp(std::min(delay_based_bps_, loss_.rate_bps()), limits_.lowest_bps, limits_.highest_bps);
}

void BandwidthEstimator::on_arrived(const SentPacket& packet, ArrivalTime arrival) {
  ++arrived_count_;
  if (packet.was_lost) loss_.on_late_arrival();
  newest_arrival_ = std::max(newest_arrival_, arrival);
  arrived_.add(packet.bytes, as_time(arrival));
  detector_.on_packet(packet.sent, arrival);
  busy_.on_packet(arrival, queue_delay_.on_packet(packet.sent, arrival), packet.bytes);
}

bool BandwidthEstimator::is_clear() const {
  return detector_.signal() != DelaySignal::kOveruse && queue_ < kClearQueue &&
         loss_.loss() - loss_.own_loss() < kClearLoss;
}

void BandwidthEstimator::measure(Time now) {
  arrived_bps_ = arrived_.rate_bps(as_time(newest_arrival_), kRateWindow);
  if (const auto queue = queue_delay_.end_feedback(now)) queue_ = *queue;
  loss_.on_feedback(lost_, arrived_count_, carried_bps(), now);
  arrived_count_ = lost_ = 0;
}

void BandwidthEstimator::on_feedback_end(Duration round_trip, Time now) {
  measure(now);
  switch (detector_.signal()) {
    case DelaySignal::kOveruse:
      // Where some of the newest packets did not wait at all, what the others waited for was no queue.
      if (queue_ >= kLeastQueue) decrease(round_trip, now);
      break;
    case DelaySignal::kNormal:
      increase(round_trip, now);
      break;
    case DelaySignal::kUnderuse:
      break;  // a queue is emptying: let it
  }
  drain_standing_queue(round_trip, now);
  const double before_silence_bps = std::exchange(before_silence_bps_, 0);  // everything came after all, only late
  if (is_clear()) delay_based_bps_ = std::max({delay_based_bps_, arrived_bps_, before_silence_bps});
  delay_based_bps_ = std::clamp(delay_based_bps_, limits_.lowest_bps, limits_.highest_bps);
  loss_.set_ceiling(std::max(delay_based_bps_, arrived_bps_) * kAppLimit);
  last_update_ = now;
}

// The rate that arrived while there was a queue is the link's, also where we sent in bursts.
double BandwidthEstimator::carried_bps() const {
  const double arrived = std::max(arrived_bps_, arrived_.rate_bps(as_time(newest_arrival_), kShortRateWindow));
  return std::max(arrived, busy_.rate_bps(newest_arrival_).value_or(0));
}

void BandwidthEstimator::decrease(Duration round_trip, Time now) {
  const auto reaction = std::max<Duration>(round_trip + milliseconds(100), kShortestReaction);
  if (now - last_decrease_ < reaction) return;
  const double arrived = carried_bps();
  if (arrived <= 0) return;
  last_decrease_ = now;
  capacity_bps_ = arrived;
  delay_based_bps_ = std::min(delay_based_bps_, kDecrease * arrived);
}

void BandwidthEstimator::increase(Duration round_trip, Time now) {
  if (last_update_ == Time{} || now - last_decrease_ < round_trip + kShortestReaction) return;
  const double limit = kAppLimit * arrived_bps_ + kAppLimitSlack_bps;
  if (delay_based_bps_ >= limit) return;
  const double seconds = std::min(1.0, std::chrono::duration<double>(now - last_update_).count());
  if (capacity_bps_ > 0 && delay_based_bps_ > 1.2 * capacity_bps_) capacity_bps_ = 0;  // that was another link
  const bool near = capacity_bps_ > 0 && delay_based_bps_ > kNearCapacity * capacity_bps_;
  const double growth = std::pow(near ? kSlowGrowthPerSecond : kGrowthPerSecond, seconds);
  delay_based_bps_ = std::min(limit, delay_based_bps_ * growth);
}

void BandwidthEstimator::drain_standing_queue(Duration round_trip, Time now) {
  if (queue_ < kStandingQueue) {
    standing_since_ = now;
    standing_decreases_ = 0;
    return;
  }
  if (now - standing_since_ < std::max<Duration>(kStandingFor, 2 * round_trip)) return;
  standing_since_ = now;
  if (++standing_decreases_ > kStandingDecreases) {
    queue_delay_.rebase();
    standing_decreases_ = 0;
    return;
  }
  last_decrease_ = Time{};
  decrease(round_trip, now);
}

void BandwidthEstimator::on_report(double fraction_lost, unsigned packets, double sent_bps, Time now) {
  const auto lost = static_cast<unsigned>(std::lround(fraction_lost * packets));
  loss_.on_feedback(lost, packets - std::min(lost, packets), sent_bps, now);
  loss_.set_ceiling(std::max(limits_.start_bps, sent_bps * kAppLimit));
}

void BandwidthEstimator::on_probe(double bps) {
  delay_based_bps_ = std::clamp(std::max(delay_based_bps_, bps), limits_.lowest_bps, limits_.highest_bps);
  if (bps > capacity_bps_) capacity_bps_ = 0;
  loss_.on_probe(bps);
}

void BandwidthEstimator::on_silence() {
  if (before_silence_bps_ <= 0) before_silence_bps_ = delay_based_bps_;
  delay_based_bps_ =
      std::max(limits_.lowest_bps, std::min(delay_based_bps_, std::max(arrived_bps_, limits_.lowest_bps)) / 2);
  arrived_bps_ = delay_based_bps_;
}

}  // namespace sdr::rtc
