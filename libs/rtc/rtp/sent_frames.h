// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rtc/rtp/sequence.h"

// Which frame of the packet store a peer's sequence numbers stand for. A frame's packets have consecutive numbers, so a
// peer's whole memory of what it may have to repeat is one small entry per frame.
//
// Thread: one. Nothing allocates. Holds the newest kFrames frames: two seconds at 60 fps.

namespace sdr::rtc {

struct SentFrame {
  uint64_t id = 0;  ///< in its layer's store
  int64_t first_sequence = 0;
  uint32_t timestamp = 0;
  uint16_t packet_count = 0;
  uint8_t layer = 0;
};

class SentFrames {
 public:
  static constexpr size_t kFrames = 128;

  /// Frames are added in sending order, without a gap between their numbers.
  void add(const SentFrame& frame) { frames_[count_++ % kFrames] = frame; }

  struct Place {
    const SentFrame* frame = nullptr;
    size_t packet = 0;
  };
  /// The packet that had this number; nothing where it was never sent or is forgotten.
  std::optional<Place> find(uint16_t sequence) const {
    if (count_ == 0) return std::nullopt;
    const SentFrame& newest = frames_[(count_ - 1) % kFrames];
    const int64_t number =
        newest.first_sequence + sequence_distance(static_cast<uint16_t>(newest.first_sequence & 0xFFFF), sequence);
    for (uint64_t back = 1; back <= count_ && back <= kFrames; ++back) {
      const SentFrame& frame = frames_[(count_ - back) % kFrames];
      if (number >= frame.first_sequence + frame.packet_count) return std::nullopt;
      if (number >= frame.first_sequence) return Place{&frame, static_cast<size_t>(number - frame.first_sequence)};
    }
    return std::nullopt;
  }
  const SentFrame* newest() const { return count_ == 0 ? nullptr : &frames_[(count_ - 1) % kFrames]; }

 private:
  std::array<SentFrame, kFrames> frames_{};
  uint64_t count_ = 0;
};

}  // namespace sdr::rtc
