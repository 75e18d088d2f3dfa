// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "rtc/rtp/nal_units.h"

// The way back: payloads in order to Annex B access units, for tests, benchmarks and receivers of our own streams.
// Takes what RFC 6184 allows in packetisation mode 1 and RFC 7798 without DONL.
//
// Thread: one. Owns one buffer, bounded by kMaxFrameBytes. Payloads may come from anywhere.

namespace sdr::rtc {

class Depacketizer {
 public:
  static constexpr size_t kMaxFrameBytes = size_t{8} << 20;

  explicit Depacketizer(VideoCodec codec) : codec_(codec) {}

  /// The next payload of the access unit. kBadPayload where it breaks the format or its order; what was gathered is
  /// then of no use: reset().
  Status push(std::span<const uint8_t> payload);

  /// What was gathered, with start codes of four bytes; whole once the packet with the marker was pushed.
  std::span<const uint8_t> frame() const { return frame_; }
  /// Whether a fragmented unit still lacks its end.
  bool in_fragment() const { return in_fragment_; }
  void reset();

 private:
  Status push_single(std::span<const uint8_t> nal);
  Status push_aggregate(std::span<const uint8_t> payload);
  Status push_fragment(std::span<const uint8_t> payload);
  bool fits(size_t more) const { return more <= kMaxFrameBytes && frame_.size() <= kMaxFrameBytes - more; }

  const VideoCodec codec_;
  std::vector<uint8_t> frame_;
  bool in_fragment_ = false;
  uint8_t fragment_type_ = 0;
};

}  // namespace sdr::rtc
