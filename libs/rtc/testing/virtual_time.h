// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

// Time moved by hand, for libraries too that read the clock themselves: linking this replaces gettimeofday() for the
// whole program, and OpenSSL's and usrsctp's calls of it end up here. While no VirtualTime exists, it gives the real
// time.

namespace sdr::rtc::testing {

/// One at a time; for tests of one thread.
class VirtualTime {
 public:
  VirtualTime();
  ~VirtualTime();
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  Time now() const { return now_; }
  /// Forwards only.
  void move_to(Time time);
  void advance(Duration step) { move_to(now_ + step); }

 private:
  Time now_;
};

}  // namespace sdr::rtc::testing
