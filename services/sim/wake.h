// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/assert.h"
#include "base/clock.h"
#include "base/file_descriptor.h"

// How the simulator's threads sleep: until another thread has something for them, or until a time.

namespace sdr::sim {

/// Thread: notify() from any, wait_for() on one. Many notifications before a wait count as one.
class Wake {
 public:
  Wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { SDR_ASSERT(fd_, "eventfd"); }

  void notify() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd_.get(), &one, sizeof one);  // full: it is awake already
  }

  /// Sleeps until notified, or until the time has passed.
  void wait_for(Duration most) {
    pollfd entry{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const timespec time{.tv_sec = most.count() / 1'000'000'000, .tv_nsec = most.count() % 1'000'000'000};
    if (::ppoll(&entry, 1, &time, nullptr) <= 0) return;
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(fd_.get(), &count, sizeof count);
  }

 private:
  FileDescriptor fd_;
};

/// Sleeps until a moment of the monotonic clock; not at all where it is past.
inline void sleep_until(Time when) {
  const auto ns = when.time_since_epoch().count();
  const timespec time{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
  }
}

}  // namespace sdr::sim
