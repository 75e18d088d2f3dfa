// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "frames/frame_header.h"

// Where things lie in a ring file, and the arithmetic of positions, free of memory and system calls so that it can be
// read against frames.md line by line. All integers are little-endian; the ring is shared memory, so the machine has to
// be too.

namespace sdr::frames {

static_assert(std::endian::native == std::endian::little, "the ring's words are shared as they lie in memory");

// The file's first bytes.
inline constexpr std::size_t kSequenceNumberAt = 0;
inline constexpr std::size_t kWriteIndexAt = 8;
inline constexpr std::size_t kDataAt = 16;

// The trailer, counted from its start at ring_bytes - kTrailerBytes.
inline constexpr std::size_t kTrailerBytes = 4096;
inline constexpr std::size_t kMagicAt = 0;
inline constexpr std::size_t kVersionAt = 8;
inline constexpr std::size_t kWriterPidAt = 12;
inline constexpr std::size_t kDataSizeAt = 16;
inline constexpr std::size_t kWriterEpochAt = 24;
inline constexpr std::size_t kHeartbeatAt = 32;
inline constexpr std::size_t kReservedAt = 64;
inline constexpr std::size_t kHeadAt = 72;
inline constexpr std::size_t kNewestKeyframeAt = 80;
inline constexpr std::size_t kWakeAt = 128;

inline constexpr uint64_t kMagic = 0x454d415246524453;  // "SDRFRAME" as little-endian bytes
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kNoPosition = ~uint64_t{0};

inline constexpr std::size_t kRingGranule = 4096;
inline constexpr std::size_t kMinRingBytes = 2 * kRingGranule;
inline constexpr std::size_t kMaxRingBytes = std::size_t{1} << 32;  // a frame's size has 32 bits

/// Positions beyond this are noise: at 1 GB/s a ring would need three centuries to get there. Keeps sums from
/// overflowing.
inline constexpr uint64_t kMaxPosition = uint64_t{1} << 63;

constexpr uint64_t data_bytes(std::size_t ring_bytes) { return ring_bytes - kDataAt - kTrailerBytes; }

constexpr bool is_ring_size(uint64_t bytes) {
  return bytes % kRingGranule == 0 && bytes >= kMinRingBytes && bytes <= kMaxRingBytes;
}

constexpr uint64_t align8(uint64_t value) { return (value + 7) & ~uint64_t{7}; }

/// Bytes from `position` to the end of its lap.
constexpr uint64_t lap_rest(uint64_t position, uint64_t data_size) { return data_size - position % data_size; }

constexpr uint64_t next_lap(uint64_t position, uint64_t data_size) { return position + lap_rest(position, data_size); }

/// Where a frame of `bytes` (header included, at most `data_size`) goes when the bytes before `position` are taken.
constexpr uint64_t place_frame(uint64_t position, uint64_t bytes, uint64_t data_size) {
  return bytes <= lap_rest(position, data_size) ? position : next_lap(position, data_size);
}

/// Whether the bytes from `position` on are still those of their lap, given how far the writer may have written.
constexpr bool is_whole(uint64_t position, uint64_t reserved, uint64_t data_size) {
  return reserved >= position && reserved - position <= data_size;
}

/// Whether a frame of `payload` bytes may stand at `position`: aligned, and inside its lap.
constexpr bool fits(uint64_t position, uint64_t payload, uint64_t data_size) {
  const uint64_t rest = lap_rest(position, data_size);
  return position % 8 == 0 && position < kMaxPosition && rest >= kFrameHeaderBytes &&
         payload <= rest - kFrameHeaderBytes;
}

/// Where the search for the frame behind this one begins.
constexpr uint64_t end_of_frame(uint64_t position, uint64_t payload) {
  return align8(position + kFrameHeaderBytes + payload);
}

}  // namespace sdr::frames
