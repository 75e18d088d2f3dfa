// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_copy.h"

#include "frames/crc32_kernels.h"

namespace sdr::frames {
namespace {

bool reserved_covers(const RingMemory& ring, uint64_t position, uint64_t bytes, std::memory_order order) {
  const uint64_t reserved = ring.reserved().load(order);
  return is_whole(position, reserved, ring.data_size()) && reserved - position >= bytes;
}

// Whether what was read since the last fence is still what the writer had committed.
bool unchanged(const RingMemory& ring, uint64_t position, uint64_t bytes) {
  std::atomic_thread_fence(std::memory_order_acquire);
  return reserved_covers(ring, position, bytes, std::memory_order_relaxed);
}

}  // namespace

CopyResult copy_frame(const RingMemory& ring, uint64_t position, bool check_crc, FrameSink& sink, FrameHeader& header) {
  if (!fits(position, 0, ring.data_size())) return CopyResult::kBroken;
  const uint64_t reserved = ring.reserved().load(std::memory_order_acquire);
  if (reserved < position) return CopyResult::kBroken;
  if (!is_whole(position, reserved, ring.data_size())) return CopyResult::kOverwritten;

  const FrameHeader found = ring.load_header(position);
  const uint64_t bytes = kFrameHeaderBytes + uint64_t{found.size};
  if (found.is_wrap_marker() || !fits(position, found.size, ring.data_size()) || reserved - position < bytes) {
    if (!unchanged(ring, position, kFrameHeaderBytes))
      return CopyResult::kOverwritten;  // half of another frame's header
    return found.is_wrap_marker() ? CopyResult::kMarker : CopyResult::kBroken;
  }
  std::byte* payload = sink.payload_buffer(found);
  if (payload == nullptr) {
    header = found;
    return CopyResult::kRefused;
  }
  const std::byte* shared = ring.at(position) + kFrameHeaderBytes;
  uint32_t crc = found.crc32;
  if (check_crc) {
    crc = crc32_kernel().checked_copy(payload, shared, found.size);
  } else {
    copy_from_shared(payload, shared, found.size);
  }
  if (!unchanged(ring, position, bytes)) return CopyResult::kOverwritten;
  if (found.frame_seq > ring.sequence_number().load(std::memory_order_acquire)) return CopyResult::kUncommitted;
  header = found;
  return crc == found.crc32 ? CopyResult::kWhole : CopyResult::kWrongCrc;
}

}  // namespace sdr::frames
