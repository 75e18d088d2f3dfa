// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "rtc/rtp/sequence.h"

// What was sent to a peer under which transport-wide sequence number, until feedback speaks of it. Eight bytes a
// packet, kPackets of them: two seconds at 8 Mbit/s. Older ones are forgotten; feedback about them changes nothing.
//
// Thread: one. Nothing allocates.

namespace sdr::rtc {

struct SentPacket {
  Time sent;
  uint16_t bytes = 0;
  uint8_t probe = 0;      ///< number of the probe that it belongs to, 0: none
  bool was_lost = false;  ///< an earlier feedback said so
};

class TransportHistory {
 public:
  static constexpr size_t kPackets = 2048;

  /// The number that the packet is to carry.
  uint16_t add(size_t bytes, uint8_t probe, Time now);

  /// Feedback says that the packet arrived: what it was, the first time only.
  std::optional<SentPacket> take_arrived(uint16_t sequence, Time now);
  /// Feedback says that it did not. True the first time.
  bool mark_lost(uint16_t sequence);

  uint16_t next_sequence() const { return static_cast<uint16_t>(next_); }

 private:
  enum State : uint8_t { kNothing, kInFlight, kLost };
  struct Entry {
    uint32_t sent_us = 0;  ///< low bits: a packet is forgotten long before they wrap
    uint16_t bytes = 0;
    uint8_t probe = 0;
    State state = kNothing;
  };

  Entry* find(uint16_t sequence);

  std::array<Entry, kPackets> entries_{};
  int64_t next_ = 0;
};

}  // namespace sdr::rtc
