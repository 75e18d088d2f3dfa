// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "frames/layout.h"
#include "frames/ring_memory.h"

// Where a writer goes on in a ring that an earlier writer left, perhaps in the middle of a frame. The earlier one
// stored its words in the order of frames.md, so what is missing tells how far it came: a frame whose header is at
// `head` with a number one above `sequence_number` is complete but for its commit, and is committed now; a reservation
// that reaches over the newest frame means that even its header may be gone, and the writer goes on behind all that was
// reserved.
//
// Thread: the writer that holds the file's lock; nobody else changes the ring.

namespace sdr::frames {

/// A writer's own idea of the ring. It is stored into the ring and never read back from there.
struct WriterPosition {
  uint64_t sequence = 0;  ///< committed frames
  uint64_t next = 0;      ///< first byte behind the newest frame, a multiple of 8
  uint64_t reserved = 0;  ///< never goes back
  uint64_t head = 0;      ///< the newest frame; meaningless while `sequence` is 0
  uint64_t newest_keyframe = kNoPosition;
};

/// Nothing where the words contradict each other: noise, for which a new file is the only remedy.
std::optional<WriterPosition> recover(const RingMemory& ring);

}  // namespace sdr::frames
