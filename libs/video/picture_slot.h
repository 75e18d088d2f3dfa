// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "base/queue.h"
#include "video/picture.h"

// Where the render thread leaves pictures for the encode thread: the newest only, in three buffers that are reused, so
// that rendering never waits for encoding and nothing is copied. A reader may sleep until there is a picture.

namespace sdr::video {

/// Thread: back() and publish() on the render thread, wait() and front() on the encode thread, close() on any.
class PictureSlot {
 public:
  /// The picture to fill next.
  Picture& back() { return slot_.back(); }

  /// Makes it the newest and wakes the reader. True where it replaced one that was never taken: a dropped picture.
  bool publish() {
    const bool dropped = slot_.publish();
    signal();
    return dropped;
  }

  /// Sleeps until there is a picture not taken before; false once the slot is closed.
  bool wait() {
    for (;;) {
      const uint32_t seen = ticket_.load();
      if (closed_.load()) return false;
      if (slot_.take()) return true;
      ticket_.wait(seen);
    }
  }

  /// Without sleeping: moves on to the newest picture; false where there is none.
  bool take() { return slot_.take(); }

  /// The picture taken last; the reader's until its next wait() or take().
  const Picture& front() { return slot_.front(); }

  /// Ends wait() for good.
  void close() {
    closed_.store(true);
    signal();
  }

 private:
  void signal() {
    ticket_.fetch_add(1);
    ticket_.notify_one();
  }

  LatestSlot<Picture> slot_;
  std::atomic<uint32_t> ticket_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace sdr::video
