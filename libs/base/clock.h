// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

// Time as decisions use it: monotonic, and passed in or read through `Clock`, so that tests move it by hand.
// Wall-clock time exists for stamps that people or other machines read (`capture_us`, logs), never for decisions.

namespace sdr {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;  // CLOCK_MONOTONIC on Linux

/// A source of monotonic time. Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }
};

/// Stands still until it is told to move. For tests; not for concurrent use.
class FakeClock final : public Clock {
 public:
  Time now() const override { return now_; }
  void advance(Duration step) { now_ += step; }

 private:
  Time now_{std::chrono::hours(1)};
};

inline uint64_t to_us(Time time) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

/// CLOCK_MONOTONIC in microseconds, comparable between the processes of one machine.
inline uint64_t monotonic_us() { return to_us(std::chrono::steady_clock::now()); }

/// CLOCK_REALTIME in microseconds since 1970.
inline uint64_t realtime_us() {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
  return static_cast<uint64_t>(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace sdr
