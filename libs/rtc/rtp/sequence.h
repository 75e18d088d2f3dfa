// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

// Sequence numbers of 16 bits that wrap: which of two is newer, and the long number behind each.
//
// Thread: any; value types.

namespace sdr::rtc {

/// How far `to` lies ahead of `from` on the shorter way round: -32768 to 32767.
inline int16_t sequence_distance(uint16_t from, uint16_t to) {
  return static_cast<int16_t>(static_cast<uint16_t>(to - from));
}
inline bool is_newer(uint16_t candidate, uint16_t than) { return sequence_distance(than, candidate) > 0; }

/// Turns numbers that wrap into ones that do not, each taken as the nearest to the newest seen so far.
class SequenceUnwrapper {
 public:
  int64_t unwrap(uint16_t sequence) {
    const int64_t value = peek(sequence);
    if (!newest_ || value > *newest_) newest_ = value;
    return value;
  }
  /// The same without remembering it.
  int64_t peek(uint16_t sequence) const {
    if (!newest_) return sequence;
    return *newest_ + sequence_distance(static_cast<uint16_t>(*newest_ & 0xFFFF), sequence);
  }
  std::optional<int64_t> newest() const { return newest_; }

 private:
  std::optional<int64_t> newest_;
};

}  // namespace sdr::rtc
