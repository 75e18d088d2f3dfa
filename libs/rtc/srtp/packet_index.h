// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstdint>

// The number that a packet has for its key, 48 bits of which RTP sends only the last 16 (RFC 3711 section 3.3.1), and
// the window of those that came already (section 3.3.2).
//
// Thread: any; value types without allocation.

namespace sdr::rtc {

inline constexpr uint64_t kRtpIndexEnd = uint64_t{1} << 48;
inline constexpr uint32_t kRtcpIndexEnd = uint32_t{1} << 31;

/// The index that a sequence number stands for: the nearest to the newest one seen. Before the first turn there is
/// nothing behind zero, so what would lie there is taken as lying ahead.
inline uint64_t estimate_index(uint64_t newest, uint16_t sequence) {
  const auto distance = static_cast<int16_t>(static_cast<uint16_t>(sequence - static_cast<uint16_t>(newest)));
  if (distance < 0 && newest < static_cast<uint64_t>(-int64_t{distance})) return sequence;
  return newest + static_cast<uint64_t>(int64_t{distance});
}

/// Which of the newest 128 indices came. Only what was found authentic may be entered.
class ReplayWindow {
 public:
  static constexpr uint64_t kSize = 128;

  bool accepts(uint64_t index) const {
    if (!any_ || index > newest_) return true;
    return newest_ - index < kSize && !seen_[newest_ - index];
  }
  void enter(uint64_t index) {
    if (!any_ || index > newest_) {
      const uint64_t step = any_ ? index - newest_ : kSize;
      seen_ = step < kSize ? seen_ << step : std::bitset<kSize>();
      newest_ = index;
      any_ = true;
    }
    seen_.set(newest_ - index);
  }
  bool any() const { return any_; }
  uint64_t newest() const { return newest_; }

 private:
  std::bitset<kSize> seen_;
  uint64_t newest_ = 0;
  bool any_ = false;
};

}  // namespace sdr::rtc
