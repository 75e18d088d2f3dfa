// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/file_descriptor.h"

// The one loop that owns a service's mutable state: file descriptors, timers, and what other threads hand over.
//
// Thread: everything on the thread that calls run(), save post(), stop() and last_turn_us(), which any thread may call.
// Bounds: 1024 posted functions wait at most; further ones are refused. Timers and descriptors are as many as asked
// for;
//   in steady state (timers re-armed, descriptors ready) a turn allocates nothing.
// Errors: a failing epoll call is a broken invariant and asserts; callbacks must not throw.

namespace sdr {

class EventLoop {
 public:
  using Callback = std::function<void()>;
  using FdCallback = std::function<void(uint32_t epoll_events)>;
  enum class TimerId : uint64_t { none = 0 };

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls back when the descriptor is ready (EPOLLIN, EPOLLOUT, EPOLLET, ...; EPOLLERR and EPOLLHUP always come).
  /// The descriptor stays the caller's and is unwatched before it is closed. A callback may unwatch any descriptor,
  /// its own too; events of this turn that belong to it are then dropped.
  void watch(int fd, uint32_t epoll_events, FdCallback callback);
  void modify(int fd, uint32_t epoll_events);
  void unwatch(int fd);

  /// One call after the delay, or one each interval (missed ones are skipped, not made up for).
  TimerId after(Duration delay, Callback callback);
  TimerId every(Duration interval, Callback callback);
  void cancel(TimerId timer);

  /// From any thread: runs the function on the loop's thread. False when the queue is full or the loop has stopped.
  /// Takes a lock: not for the video and control paths, which use a bounded queue and a Notifier.
  [[nodiscard]] bool post(Callback callback);

  /// Runs until stop(). The functions already posted are run before it returns.
  void run();
  /// Waits at most `timeout` for something to do, and does it; for tests and benchmarks that own their loop.
  void run_once(Duration timeout);
  void stop();

  /// The time at which this turn began.
  Time now() const { return now_; }
  /// Any thread: when the loop last began a turn, monotonic; tells a stuck loop from an idle one if a timer runs.
  uint64_t last_turn_us() const { return last_turn_us_.load(); }

 private:
  struct Watch {
    uint32_t generation = 0;
    bool active = false;
    FdCallback callback;
  };
  struct Timer {
    uint32_t generation = 0;
    bool active = false;
    Duration interval{0};
    Callback callback;
  };
  struct Deadline {
    Time when;
    uint32_t index;
    uint32_t generation;
    bool operator<(const Deadline& other) const { return when > other.when; }  // the earliest on top of the heap
  };

  TimerId add_timer(Duration delay, Duration interval, Callback callback);
  void push_deadline(Deadline deadline);
  void drop_stale_deadlines();
  Duration until_next_timer(Duration limit);
  void run_timers();
  void run_posted();
  void dispatch(const epoll_event& event);
  void wake();

  FileDescriptor epoll_;
  FileDescriptor wake_fd_;
  std::vector<Watch> watches_;  // by descriptor
  std::vector<Timer> timers_;
  std::vector<uint32_t> free_timers_;
  std::vector<Deadline> deadlines_;  // a heap; entries of cancelled timers are dropped when they reach the top
  std::vector<epoll_event> events_;
  Time now_;
  std::atomic<uint64_t> last_turn_us_{0};
  std::atomic<bool> stopping_{false};

  std::mutex posted_mutex_;
  std::vector<Callback> posted_;
  std::vector<Callback> running_posted_;
};

/// Wakes a loop from another thread after something was put into a queue: many notifications, one call.
/// Thread: notify() from any thread, without locks or allocation; the rest on the loop's thread.
class Notifier {
 public:
  Notifier(EventLoop& loop, EventLoop::Callback callback);
  ~Notifier();
  void notify();

 private:
  EventLoop& loop_;
  FileDescriptor fd_;
};

}  // namespace sdr
