// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/testing/simulated_link.h"

#include <algorithm>
#include <utility>

namespace sdr::rtc::testing {

bool SimulatedLink::is_lost() {
  in_burst_ = in_burst_ ? chance() >= options_.burst_end : chance() < options_.burst_start;
  return in_burst_ || chance() < options_.loss;
}

std::optional<Time> SimulatedLink::leave_bottleneck(size_t bytes, Time now) {
  if (options_.rate_bps <= 0) return now;
  const auto waiting = static_cast<size_t>(std::chrono::duration<double>(queue(now)).count() * options_.rate_bps / 8);
  if (waiting + bytes > options_.queue_bytes) return std::nullopt;
  const std::chrono::duration<double> own(8.0 * static_cast<double>(bytes) / options_.rate_bps);
  busy_until_ = std::max(busy_until_, now) + std::chrono::duration_cast<Duration>(own);
  return busy_until_;
}

Time SimulatedLink::after_stalls(Time arrival) {
  if (options_.stall_every == Duration{}) return arrival;
  const auto up_to = [this](Duration most) { return Duration(static_cast<int64_t>(chance() * double(most.count()))); };
  while (arrival >= stall_end_) {
    stall_begin_ = std::max(stall_end_, arrival - options_.stall_every) + up_to(2 * options_.stall_every);
    stall_end_ = stall_begin_ + up_to(options_.stall_most);
  }
  return arrival < stall_begin_ ? arrival : stall_end_;
}

void SimulatedLink::send(std::span<const uint8_t> datagram, Time now) {
  ++sent_;
  const auto left = leave_bottleneck(datagram.size() + options_.overhead_bytes, now);
  if (!left || is_lost()) {
    ++lost_;
    return;
  }
  const int copies = chance() < options_.duplicate ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Time arrival = *left + options_.delay + Duration(static_cast<int64_t>(chance() * double(options_.jitter.count())));
    arrival = after_stalls(std::max(arrival, last_arrival_));
    last_arrival_ = arrival;
    if (chance() < options_.reorder) arrival += options_.reorder_delay;
    under_way_.emplace(arrival, std::vector<uint8_t>(datagram.begin(), datagram.end()));
  }
}

std::optional<Time> SimulatedLink::next_time() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.begin()->first;
}

void SimulatedLink::deliver(Time now, const std::function<void(std::span<const uint8_t>)>& receive) {
  while (!under_way_.empty() && under_way_.begin()->first <= now) {
    const auto datagram = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    receive(datagram);
  }
}

}  // namespace sdr::rtc::testing
