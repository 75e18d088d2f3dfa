// SPDX-License-Identifier: Apache-2.0
#include "frames/recovery.h"

#include "frames/crc32.h"

namespace sdr::frames {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;  // the writer that stored them is gone

bool payload_is_sound(const RingMemory& ring, uint64_t position, const FrameHeader& header) {
  return crc32_of({ring.at(position) + kFrameHeaderBytes, header.size}) == header.crc32;
}

// A keyframe that a reader could still use; one that was announced and not committed is none.
uint64_t usable_keyframe(const RingMemory& ring, const WriterPosition& found) {
  const uint64_t position = ring.newest_keyframe().load(kRelaxed);
  const bool usable = found.sequence > 0 && position != kNoPosition && position <= found.head && position % 8 == 0 &&
                      is_whole(position, found.reserved, ring.data_size());
  return usable ? position : kNoPosition;
}

// Reads the newest frame's header, to learn where it ends and whether its commit is missing.
bool settle_newest(const RingMemory& ring, WriterPosition& found) {
  if (!fits(found.head, 0, ring.data_size())) return false;
  const FrameHeader header = ring.load_header(found.head);
  const bool committed = found.sequence > 0 && header.frame_seq == found.sequence;
  const bool complete = header.frame_seq == found.sequence + 1;
  if (header.is_wrap_marker() || !(committed || complete)) return false;
  if (!fits(found.head, header.size, ring.data_size())) return false;
  if (found.head + kFrameHeaderBytes + header.size > found.reserved) return false;
  if (complete && !payload_is_sound(ring, found.head, header)) return false;
  found.sequence = header.frame_seq;
  found.next = end_of_frame(found.head, header.size);
  return true;
}

}  // namespace

std::optional<WriterPosition> recover(const RingMemory& ring) {
  const uint64_t data_size = ring.data_size();
  WriterPosition found;
  found.sequence = ring.sequence_number().load(kRelaxed);
  found.head = ring.head().load(kRelaxed);
  found.reserved = ring.reserved().load(kRelaxed);
  if (found.reserved >= kMaxPosition || found.head > found.reserved) return std::nullopt;
  const bool first_complete = found.sequence == 0 && found.reserved > 0 && settle_newest(ring, found);
  if (found.sequence == 0 && !first_complete) {  // nothing committed; whatever was begun is begun again
    if (found.reserved > data_size) return std::nullopt;
    found.head = 0;
    return found;
  }
  // Behind the newest frame at most a skipped rest and one frame can have been reserved.
  if (found.head % 8 != 0 || found.reserved - found.head > 3 * data_size) return std::nullopt;
  if (!is_whole(found.head, found.reserved, data_size)) {
    found.next = align8(found.reserved);
  } else if (!first_complete && !settle_newest(ring, found)) {
    return std::nullopt;
  }
  found.newest_keyframe = usable_keyframe(ring, found);
  return found;
}

}  // namespace sdr::frames
