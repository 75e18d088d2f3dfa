// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/clock.h"

// The three clocks of a media stream: CLOCK_REALTIME in microseconds as frames carry it, NTP as control packets and
// abs-capture-time carry it, and the 90 kHz of RTP timestamps (RFC 6184 section 5.1, RFC 7798 section 4.1).
//
// Thread: any; pure functions.

namespace sdr::rtc {

inline constexpr uint64_t kNtpEpochOffsetSeconds = 2'208'988'800;  ///< from 1900 to 1970 (RFC 868)
inline constexpr int64_t kVideoClockHz = 90'000;

/// Seconds since 1900 in the upper 32 bits, their fraction in the lower.
inline uint64_t ntp_of_realtime_us(uint64_t realtime_us) {
  const uint64_t seconds = realtime_us / 1'000'000 + kNtpEpochOffsetSeconds;
  return seconds << 32 | ((realtime_us % 1'000'000) << 32) / 1'000'000;
}
inline uint64_t realtime_us_of_ntp(uint64_t ntp) {
  const uint64_t us = ((ntp & 0xFFFF'FFFF) * 1'000'000 + (uint64_t{1} << 31)) >> 32;
  return ((ntp >> 32) - kNtpEpochOffsetSeconds) * 1'000'000 + us;
}

/// 90 kHz ticks of a time in microseconds, modulo 2^32: only differences mean something.
inline uint32_t media_time_of_us(uint64_t us) { return static_cast<uint32_t>(us / 100 * 9 + us % 100 * 9 / 100); }
inline int64_t media_ticks(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count() * 9 / 100;
}

/// The full `CLOCK_REALTIME` of a frame header's 32 bits (frames.md), taken as the nearest to `realtime_us`.
inline uint64_t extend_capture_us(uint32_t low, uint64_t realtime_us) {
  const auto behind = static_cast<int32_t>(static_cast<uint32_t>(realtime_us) - low);
  return realtime_us - static_cast<uint64_t>(static_cast<int64_t>(behind));
}

}  // namespace sdr::rtc
