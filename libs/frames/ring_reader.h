// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "frames/frame_header.h"

// Follows one ring and hands over whole, checked frames, in order, whatever the writer does meanwhile: overtake the
// reader, die in the middle of a frame, restart, or have its file replaced, truncated or filled with noise.
//
//     RingReader reader({.path = "/dev/shm/sdr_os_ipc/frames"});
//     while (running) {
//       switch (reader.next(buffers, header)) {
//         case ReadState::kFrame: deliver(header); break;            // payload lies in what `buffers` gave
//         case ReadState::kLap: case ReadState::kCorrupt: request_keyframe(); break;
//         default: reader.wait(100ms);
//       }
//     }
//
// Frames are delivered only from a keyframe on: at the start, and again after each lap or corruption, when next() goes
// on at the first keyframe it has not delivered yet.
//
// Thread: one at a time for everything but `counters()`, which any thread may read. The mapping is read-only, so a
// reader cannot harm the ring, and its death costs nothing. Allocates when it attaches to a file, never for a frame.
// Bounds: no call waits longer than asked, and no content of the ring makes a call loop or read outside the mapping. A
// file that is truncated while mapped reads as zeros (sigbus_guard.h) and is then let go.

namespace sdr::frames {

/// What became of a call that wants a frame.
enum class ReadState {
  kFrame,     ///< a whole frame was delivered
  kEmpty,     ///< nothing new, or no keyframe yet to begin at: wait()
  kLap,       ///< frames were lost to the writer: ask for a keyframe, call again
  kCorrupt,   ///< what stands there is no frame: ask for a keyframe, call again
  kNoBuffer,  ///< the sink gave no memory; the frame stays where it is, until the writer needs its place
  kNoRing,    ///< no ring file, or not one this reader understands (`ring_error()` says why): wait()
};

/// How the writer does, from its heartbeat.
enum class WriterState { kAbsent, kAlive, kStalled };

/// Where a reader begins.
enum class Join {
  kNewestKeyframe,  ///< at the newest keyframe in the ring, however many frames ago
  kNextKeyframe,    ///< at the first keyframe that is committed from now on
};

/// Gives the memory that a frame's payload is copied to.
class FrameSink {
 public:
  virtual ~FrameSink() = default;

  /// At least `header.size` bytes, or nullptr where there is none just now. The header is plausible (its size fits the
  /// data region) but not proven yet: only a returned kFrame makes the frame count, and after any other result the
  /// memory is free again. Called at most once per read.
  virtual std::byte* payload_buffer(const FrameHeader& header) = 0;
};

/// Events since construction. Written by the reader's thread, readable from any.
struct RingReaderCounters {
  std::atomic<uint64_t> frames{0};           ///< delivered
  std::atomic<uint64_t> laps{0};             ///< times the writer overtook us
  std::atomic<uint64_t> corrupt{0};          ///< times what we read was no frame; includes crc_errors
  std::atomic<uint64_t> crc_errors{0};       ///< of these, wrong checksums
  std::atomic<uint64_t> frames_skipped{0};   ///< committed but never delivered, as the sequence numbers tell
  std::atomic<uint64_t> attaches{0};         ///< files attached to, the first included
  std::atomic<uint64_t> writer_restarts{0};  ///< changes of the writer's epoch within one file
  std::atomic<uint64_t> truncations{0};      ///< mappings that lost their file's bytes under us
};

struct RingReaderOptions {
  std::string path = {};                              ///< SDR_SHM_PATH
  bool check_crc = true;                              ///< SDR_CRC_ENABLED
  Join join = Join::kNewestKeyframe;                  ///< where to begin on the first file
  std::chrono::microseconds spin{10};                 ///< how long wait() spins before it sleeps
  std::chrono::milliseconds poll_interval{10};        ///< how long a missed wake-up may cost
  std::chrono::milliseconds file_check_interval{50};  ///< how often the path is compared with the mapped file
  std::chrono::milliseconds stall_after{500};         ///< heartbeat age from which the writer counts as stalled
  const Clock* clock = nullptr;                       ///< for the two intervals above; nullptr: the system's
};

class RingReader {
 public:
  /// Never fails: a ring that is not there yet is attached to when it appears.
  explicit RingReader(RingReaderOptions options);
  ~RingReader();
  RingReader(RingReader&&) noexcept;
  RingReader& operator=(RingReader&&) noexcept;

  /// The frame after the last one delivered. Sets `header` where it returns kFrame.
  ReadState next(FrameSink& sink, FrameHeader& header);

  /// The newest frame, keyframe or not. For a look at the ring: next() goes on where it was.
  ReadState latest(FrameSink& sink, FrameHeader& header);

  /// The newest keyframe, delivered before or not; next() goes on behind it. kEmpty where the ring holds none.
  ReadState newest_keyframe(FrameSink& sink, FrameHeader& header);

  /// Forgets the place in the ring: next() begins again as `where` says. After a time without viewers, for instance.
  void join(Join where);

  /// Waits until next() may have something new, at most `timeout`; true where it may. Spins, then sleeps on the ring's
  /// futex word; looks by itself once per poll interval, so that a lost wake-up or a new file is found.
  bool wait(std::chrono::nanoseconds timeout);

  /// Looks whether there is a (new) file at the path and attaches to it; next(), latest() and wait() do it by
  /// themselves once per file check interval. False where there is no usable ring.
  bool attach();

  /// Number of frames ever committed, without reading any; 0 where there is no ring. Costs one load.
  uint64_t sequence_number() const;

  /// Committed frames that next() has not delivered yet; 0 while it waits for a keyframe.
  uint64_t backlog() const;

  /// True from the start, a lap or a corruption until a keyframe was delivered.
  bool awaiting_keyframe() const;

  WriterState writer_state() const;

  /// The writer's epoch (grows with each start of a writer) and process; 0 where there is no ring.
  uint64_t writer_epoch() const;
  uint32_t writer_pid() const;

  /// Bytes of the mapped file, which bound a frame; 0 where there is none.
  std::size_t ring_bytes() const;

  /// Why the last attach() found no ring; empty while attached.
  const std::string& ring_error() const;

  const RingReaderCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::frames
