// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "frames/frame_header.h"

// The one writer of a ring: takes encoded frames and makes them visible to any number of readers, none of which it
// waits for or knows.
//
// Thread: one at a time; `heartbeat()` belongs to the same thread. Owns the ring's file lock, so a second writer on the
// same ring is refused for as long as this object (or process) lives. Allocates when it opens, never for a frame. What
// the writer believes about the ring is kept in private memory and never read back, so noise in the file does not
// mislead it, and is repaired with the next heartbeat. A file that was removed or truncated under it is made anew.

namespace sdr::frames {

inline constexpr std::size_t kDefaultRingBytes = std::size_t{4} << 20;

struct RingWriterOptions {
  std::string path = {};                       ///< SDR_SHM_PATH; missing folders are made
  std::size_t ring_bytes = kDefaultRingBytes;  ///< SDR_SHM_SIZE: the file's size, a multiple of 4096
  std::string hint_address = {};               ///< SDR_SHM_HINT: Unix datagram address ('@name' is abstract), or empty
  const Clock* clock = nullptr;                ///< for heartbeats and file checks; nullptr: the system's
};

/// What the producer knows about a frame; the writer adds number, size and checksum.
struct FrameInfo {
  uint64_t frame_id = 0;
  bool keyframe = false;
  Codec codec = Codec::kH264;
  uint32_t capture_us = 0;
};

struct RingWriterCounters {
  uint64_t frames = 0;        ///< committed by this object
  uint64_t refused = 0;       ///< too large
  uint64_t hints_failed = 0;  ///< wake-up datagrams that nobody took
  uint64_t files_made = 0;    ///< ring files made, the first one included unless it existed
};

class RingWriter {
 public:
  /// Continues the ring at the path, or makes one there. Errors: kLocked (another writer), kBadSize, kBadPath,
  /// kNotARing, ENOSPC and the like from the system; the file found there is then unchanged.
  static Result<RingWriter> open(RingWriterOptions options);
  ~RingWriter();
  RingWriter(RingWriter&&) noexcept;
  RingWriter& operator=(RingWriter&&) noexcept;

  /// Commits one frame and wakes readers. Gives the header as it was stored. Errors: kFrameTooLarge (nothing changed),
  /// kLocked or a system error where the file was lost and could not be made anew (the frame is lost; try the next
  /// one).
  Result<FrameHeader> write(const FrameInfo& info, std::span<const std::byte> payload);

  /// Says that the writer lives: to be called at least every 100 ms, frames or none. Repairs the trailer's constants,
  /// and makes the file anew where it was removed or truncated; the error is that of a failure to do so.
  Status heartbeat();

  /// Frames ever committed to this ring, those of earlier writers included.
  uint64_t sequence_number() const;

  /// Grows with each writer that opens this ring.
  uint64_t epoch() const;

  /// The largest payload that write() takes, in bytes.
  std::size_t max_payload() const;

  const RingWriterCounters& counters() const;

 private:
  class Impl;
  explicit RingWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::frames
