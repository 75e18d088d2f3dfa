// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"

// Which lost packets are sent again (RFC 4588): each at once, not again within a round trip, a few times at most, and
// all together never more than half of what is sent anyway: a repair must not be what overloads the link.
//
// Thread: one. Nothing allocates.

namespace sdr::rtc {

enum class RepairVerdict : uint8_t {
  kQueued,
  kOnItsWay,  ///< sent again less than a round trip ago
  kHopeless,  ///< sent again often enough: a keyframe helps
  kNoBudget,  ///< too much is being repeated already
};

class Repair {
 public:
  /// Media was sent: some of it may be repeated.
  void on_media(size_t bytes);
  /// The peer misses a packet of that size.
  RepairVerdict on_lost(uint16_t sequence, size_t bytes, Duration round_trip, Time now);

  /// The next packet to be sent again.
  std::optional<uint16_t> next();
  bool is_idle() const { return queue_begin_ == queue_end_; }
  /// The peer goes on from a keyframe: what it missed before is of no use.
  void clear_queue() { queue_begin_ = queue_end_; }

 private:
  static constexpr size_t kRemembered = 512, kQueued = 256;
  struct Entry {
    uint32_t sent_ms = 0;
    uint16_t sequence = 0;
    uint8_t tries = 0;
  };

  std::array<Entry, kRemembered> entries_{};
  std::array<uint16_t, kQueued> queue_{};
  size_t queue_begin_ = 0, queue_end_ = 0;
  double budget_bytes_ = kFirstBudget;

  static constexpr double kFirstBudget = 64 * 1024;
};

}  // namespace sdr::rtc
