// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "frames/ring_memory.h"
#include "frames/ring_reader.h"

// One frame out of the ring, into memory of the reader's: the protocol between a writer that never waits and a reader
// that must notice. It knows no order of frames and keeps no state; RingReader does.
//
//     writer                                   reader
//     reserved = end        (relaxed)          reserved covers us?        (acquire)
//     fence release                            header, bounds             (relaxed words)
//     payload, header       (relaxed words)    payload                    (relaxed words)
//     head, sequence_number (release)          fence acquire
//                                              reserved still covers us?  (relaxed)
//
// A reader that copied even one byte of a later frame has, behind its fence, the reservation that came before that
// byte.
//
// Thread: the reader's.

namespace sdr::frames {

/// What stands at a position.
enum class CopyResult {
  kWhole,        ///< copied, unchanged meanwhile, checked
  kMarker,       ///< a wrap marker: the next frame is at the next lap's start
  kOverwritten,  ///< the writer has claimed the place again
  kBroken,       ///< bounds that no frame has
  kUncommitted,  ///< a frame whose number lies ahead of the ring's
  kWrongCrc,     ///< whole, but not what the producer checksummed
  kRefused,      ///< the sink had no memory
};

/// Copies the frame at `position`. Only kWhole, kWrongCrc and kRefused set `header`.
CopyResult copy_frame(const RingMemory& ring, uint64_t position, bool check_crc, FrameSink& sink, FrameHeader& header);

}  // namespace sdr::frames
