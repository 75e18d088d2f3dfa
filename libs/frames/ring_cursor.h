// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frames/layout.h"
#include "frames/ring_memory.h"
#include "frames/ring_reader.h"

// Walks one mapped ring from frame to frame: the rules of frames.md on laps, corruption and keyframes, without files,
// waiting or time. Everything it remembers comes from frames that it checked, never from the ring's words alone, so
// noise can cost frames but not lead it astray.
//
// Thread: the reader's. Bounds: a call copies at most two frames.

namespace sdr::frames {

class RingCursor {
 public:
  RingCursor(bool check_crc, RingReaderCounters& counters) : check_crc_(check_crc), counters_(counters) {}

  /// Begins anew, with the newest keyframe or with one numbered above `newest_number`.
  void begin(Join where, uint64_t newest_number);

  ReadState next(const RingMemory& ring, FrameSink& sink, FrameHeader& header);
  ReadState latest(const RingMemory& ring, FrameSink& sink, FrameHeader& header);
  ReadState newest_keyframe(const RingMemory& ring, FrameSink& sink, FrameHeader& header);

  bool awaiting_keyframe() const { return awaiting_keyframe_; }

  /// The sequence number up to which calling next() again is of no use.
  uint64_t settled() const { return settled_; }

  uint64_t backlog(uint64_t sequence_number) const;

 private:
  ReadState walk(const RingMemory& ring, FrameSink& sink, FrameHeader& header);
  ReadState resume(const RingMemory& ring, FrameSink& sink, FrameHeader& header);
  ReadState deliver(uint64_t position, const FrameHeader& header);
  ReadState lose(ReadState how, uint64_t position);
  ReadState reject_keyframe(uint64_t position, ReadState how);

  bool check_crc_;
  RingReaderCounters& counters_;
  bool awaiting_keyframe_ = true;
  uint64_t next_position_ = 0;                // where the frame after the last one is looked for
  uint64_t expected_seq_ = 0;                 // its number; 0 before the first frame
  uint64_t min_keyframe_seq_ = 0;             // an older keyframe was delivered or skipped already
  uint64_t rejected_keyframe_ = kNoPosition;  // known to be of no use
  uint64_t settled_ = 0;
};

}  // namespace sdr::frames
