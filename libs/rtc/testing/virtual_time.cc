// SPDX-License-Identifier: Apache-2.0
#include "rtc/testing/virtual_time.h"

#include <sys/time.h>

#include <atomic>
#include <ctime>

#include "base/assert.h"

namespace {

std::atomic<int64_t> virtual_us{0};  // 0: none, the real time is given

}  // namespace

// Takes the place of the C library's, for shared libraries too.
extern "C" int gettimeofday(timeval* time, void*) noexcept {
  if (const int64_t us = virtual_us.load(); us != 0) {
    *time = {us / 1'000'000, us % 1'000'000};
    return 0;
  }
  timespec real{};
  clock_gettime(CLOCK_REALTIME, &real);
  *time = {real.tv_sec, real.tv_nsec / 1000};
  return 0;
}

namespace sdr::rtc::testing {

VirtualTime::VirtualTime() : now_(std::chrono::hours(1000)) {
  SDR_ASSERT(virtual_us.load() == 0, "one virtual time at a time");
  move_to(now_);
}

VirtualTime::~VirtualTime() { virtual_us = 0; }

void VirtualTime::move_to(Time time) {
  SDR_ASSERT(time >= now_, "time does not go back");
  now_ = time;
  virtual_us = static_cast<int64_t>(to_us(time));
}

}  // namespace sdr::rtc::testing
