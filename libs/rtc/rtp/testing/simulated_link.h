// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "base/clock.h"

// One direction of a link with a bottleneck, in virtual time: datagrams wait in a queue of bounded length for their
// turn at a limited rate, are lost singly or in bursts, doubled, held back, and so overtake one another. The same seed
// gives the same run. Options may change while it runs: a step in bandwidth, say.

namespace sdr::rtc::testing {

struct LinkOptions {
  double loss = 0;         ///< of 1, each datagram on its own
  double burst_start = 0;  ///< of 1: from here on datagrams are lost (Gilbert-Elliott, with a loss of 1 in bursts)
  double burst_end = 0.3;  ///< of 1, for each datagram in a burst
  double duplicate = 0;
  double reorder = 0;  ///< of 1: held back by reorder_delay
  Duration delay = std::chrono::milliseconds(20);
  Duration jitter{};  ///< up to this is added, keeping the order
  Duration reorder_delay = std::chrono::milliseconds(5);
  Duration stall_every{};          ///< on average: a busy receiver looks at nothing for a while; 0: never
  Duration stall_most{};           ///< what came meanwhile arrives at its end, together
  double rate_bps = 0;             ///< 0: no bottleneck
  size_t queue_bytes = 64 * 1024;  ///< in front of the bottleneck; what does not fit is lost
  size_t overhead_bytes = 28;      ///< UDP and IP, per datagram, at the bottleneck
};

class SimulatedLink {
 public:
  SimulatedLink(const LinkOptions& options, uint32_t seed) : options_(options), random_(seed) {}

  void send(std::span<const uint8_t> datagram, Time now);
  /// When the next datagram arrives.
  std::optional<Time> next_time() const;
  /// Hands over what has arrived by now; `receive` may send.
  void deliver(Time now, const std::function<void(std::span<const uint8_t>)>& receive);

  LinkOptions& options() { return options_; }
  uint64_t sent() const { return sent_; }
  uint64_t lost() const { return lost_; }
  /// How long a datagram that is sent now waits at the bottleneck.
  Duration queue(Time now) const { return busy_until_ > now ? busy_until_ - now : Duration{}; }

 private:
  double chance() { return static_cast<double>(random_()) / 4294967296.0; }
  bool is_lost();
  std::optional<Time> leave_bottleneck(size_t bytes, Time now);
  Time after_stalls(Time arrival);

  LinkOptions options_;
  std::mt19937 random_;
  std::multimap<Time, std::vector<uint8_t>> under_way_;
  Time busy_until_{}, last_arrival_{}, stall_begin_{}, stall_end_{};
  bool in_burst_ = false;
  uint64_t sent_ = 0, lost_ = 0;
};

}  // namespace sdr::rtc::testing
