// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "frames/frame_header.h"
#include "frames/layout.h"
#include "frames/sigbus_guard.h"
#include "frames/words.h"

// A ring file in memory: the mapping, and its words by their names in frames.md, so that reader and writer spell out
// orders and never offsets. What the words hold is not to be trusted: they are somebody else's.
//
// Thread: the owner's; the words themselves are shared with other processes.

namespace sdr::frames {

enum class Access { kRead, kReadWrite };

class RingMemory {
 public:
  /// Maps `bytes` bytes of the file, which is at least that long and of a ring's size. The descriptor may be closed.
  static Result<RingMemory> map(int fd, std::size_t bytes, Access access);

  RingMemory() = default;
  ~RingMemory();
  RingMemory(RingMemory&& other) noexcept;
  RingMemory& operator=(RingMemory&& other) noexcept;

  bool mapped() const { return base_ != nullptr; }
  std::size_t bytes() const { return bytes_; }
  uint64_t data_size() const { return data_size_; }

  /// The file was truncated under the mapping: zeros stand where it was lost.
  bool damaged() const { return guard_.damaged(); }

  std::atomic_ref<uint64_t> sequence_number() const { return word_at(base_ + kSequenceNumberAt); }
  std::atomic_ref<uint64_t> write_index() const { return word_at(base_ + kWriteIndexAt); }
  std::atomic_ref<uint64_t> magic() const { return word_at(trailer() + kMagicAt); }
  std::atomic_ref<uint32_t> version() const { return half_word_at(trailer() + kVersionAt); }
  std::atomic_ref<uint32_t> writer_pid() const { return half_word_at(trailer() + kWriterPidAt); }
  std::atomic_ref<uint64_t> stored_data_size() const { return word_at(trailer() + kDataSizeAt); }
  std::atomic_ref<uint64_t> writer_epoch() const { return word_at(trailer() + kWriterEpochAt); }
  std::atomic_ref<uint64_t> heartbeat_us() const { return word_at(trailer() + kHeartbeatAt); }
  std::atomic_ref<uint64_t> reserved() const { return word_at(trailer() + kReservedAt); }
  std::atomic_ref<uint64_t> head() const { return word_at(trailer() + kHeadAt); }
  std::atomic_ref<uint64_t> newest_keyframe() const { return word_at(trailer() + kNewestKeyframeAt); }

  /// The futex word.
  std::byte* wake_address() const { return trailer() + kWakeAt; }
  std::atomic_ref<uint32_t> wake() const { return half_word_at(wake_address()); }

  /// Magic, version and size are those of a ring as long as this mapping.
  bool trailer_is_sound() const;

  /// The header at a position; the caller has checked with fits() that one can stand there. Relaxed loads.
  FrameHeader load_header(uint64_t position) const;
  void store_header(uint64_t position, const FrameHeader& header) const;

  /// Memory at a position, `lap_rest(position)` bytes of it.
  std::byte* at(uint64_t position) const { return base_ + kDataAt + position % data_size_; }

 private:
  std::byte* trailer() const { return base_ + bytes_ - kTrailerBytes; }

  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  uint64_t data_size_ = 0;
  SigbusGuard guard_;
};

}  // namespace sdr::frames
