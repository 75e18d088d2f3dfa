// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "base/event_loop.h"
#include "base/queue.h"
#include "frames/ring_reader.h"
#include "transport/frame_pool.h"

// The thread that follows one ring: waits on its futex word, reads and checks each frame once into a slot of the pool,
// and hands it to the loop. It exists because a futex cannot be waited for together with sockets.
//
// Thread: construction, set_active(), pop() and the getters on the loop's; the ring belongs to the thread inside.
// Without viewers it looks at the sequence number every 50 ms and reads nothing (frames.md): then a number that changed
// is a new frame. With viewers only what was read and found whole is one, so that nobody drives by a ring whose numbers
// grow and whose pictures are noise.
// Bounds: 32 frames wait for the loop. Beyond that frames are dropped up to the next keyframe, for which there is room
//   kept; frames larger than the pool's slots are skipped. Both are counted. In steady state it allocates nothing and
//   takes no lock.

namespace sdr::transport {

struct FrameSourceOptions {
  std::string path;
  bool check_crc = true;
  size_t payload_max = 4 << 20;
  size_t slots = 1024;
};

class FrameSource {
 public:
  /// Starts the thread. `on_change` runs on the loop when frames or a wish for a keyframe wait to be fetched.
  FrameSource(EventLoop& loop, const FrameSourceOptions& options, std::function<void()> on_change);
  ~FrameSource();

  /// Whether anybody watches. On the way up frames begin at the ring's newest keyframe where that is at most
  /// kJoinFrames old, else at the next one, which is then asked for.
  void set_active(bool active);

  /// The next frame, or nullptr. The caller makes the first reference.
  VideoMessage* pop();
  /// True once after the ring lost us, or frames had to be dropped: the stream goes on with a keyframe only.
  bool take_keyframe_wish() { return keyframe_wish_.exchange(false); }

  FramePool& pool() { return pool_; }
  const FramePool& pool() const { return pool_; }
  uint64_t sequence_number() const { return sequence_.load(); }
  /// How many new frames were seen to come; what a ring held when it was met was not.
  uint64_t frames_seen() const { return frames_seen_.load(); }
  /// Monotonic time at which the last of them was; 0: never since the start.
  uint64_t last_frame_us() const { return last_frame_us_.load(); }
  frames::WriterState writer_state() const { return writer_state_.load(); }
  size_t backlog() const { return arrived_.size(); }
  uint64_t dropped() const { return dropped_.load(); }
  const frames::RingReaderCounters& counters() const { return reader_.counters(); }

  static constexpr uint64_t kJoinFrames = 30;  // stream.md: a cached keyframe and at most so many frames since
  static constexpr size_t kQueueFrames = 32;

 private:
  void run();
  void watch_only();
  void join();
  void follow();
  void deliver(const frames::FrameHeader& header, VideoMessage& message, uint64_t read_us);
  void wish_keyframe();
  void look();
  void meet();
  void see(uint64_t frame_seq);

  class Sink;

  FramePool pool_;
  frames::RingReader reader_;
  SpscQueue<VideoMessage*> arrived_;
  Notifier notifier_;
  FileDescriptor wake_;
  std::atomic<bool> active_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> keyframe_wish_{false};
  std::atomic<uint64_t> sequence_{0};
  std::atomic<uint64_t> frames_seen_{0};
  std::atomic<uint64_t> last_frame_us_{0};
  std::atomic<frames::WriterState> writer_state_{frames::WriterState::kAbsent};
  std::atomic<uint64_t> dropped_{0};
  bool dropping_ = false;  // until a keyframe
  bool skipping_ = false;  // likewise, but these belong to nobody's picture: not counted
  bool joined_ = false;
  uint64_t newest_ = 0;    // numbers up to this one are no new frames of this file
  uint64_t attaches_ = 0;  // tells one file from the next
  std::thread thread_;     // last: it uses all of the above
};

}  // namespace sdr::transport
