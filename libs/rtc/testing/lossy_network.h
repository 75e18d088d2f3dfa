// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.h"

// A network in virtual time that loses, doubles, delays and reorders datagrams, the same way for the same seed.
// Datagrams that get different delays overtake one another.

namespace sdr::rtc::testing {

struct NetworkOptions {
  double loss = 0;                                 ///< of 1
  double duplicate = 0;                            ///< of 1, of those that are not lost
  Duration delay = std::chrono::milliseconds(20);  ///< one way
  Duration jitter{};                               ///< up to this is added
};

class LossyNetwork {
 public:
  LossyNetwork(NetworkOptions options, uint32_t seed) : options_(options), random_(seed) {}

  void send(int to, std::span<const uint8_t> datagram, Time now) {
    ++sent_;
    if (chance() < options_.loss) return;
    const int copies = chance() < options_.duplicate ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const Duration more(static_cast<int64_t>(chance() * static_cast<double>(options_.jitter.count())));
      under_way_.emplace(now + options_.delay + more, Datagram{to, {datagram.begin(), datagram.end()}});
    }
  }

  /// When the next datagram arrives.
  std::optional<Time> next_time() const {
    if (under_way_.empty()) return std::nullopt;
    return under_way_.begin()->first;
  }

  /// Hands over what has arrived by now; `receive` may send.
  void deliver(Time now, const std::function<void(int to, std::span<const uint8_t>)>& receive) {
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      const Datagram datagram = std::move(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
      receive(datagram.to, datagram.bytes);
    }
  }

  uint64_t sent() const { return sent_; }
  NetworkOptions& options() { return options_; }

 private:
  struct Datagram {
    int to = 0;
    std::vector<uint8_t> bytes;
  };

  double chance() { return static_cast<double>(random_()) / 4294967296.0; }

  NetworkOptions options_;
  std::mt19937 random_;
  std::multimap<Time, Datagram> under_way_;
  uint64_t sent_ = 0;
};

}  // namespace sdr::rtc::testing
