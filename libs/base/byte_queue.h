// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

// Reject: a first-in first-out queue of records of any size between one writer and one reader, without locks or
// allocation. For what differs too much in size for a slot each (frames beside control packets): a record lies in the
// ring as it was put there, and is read where it lies.
//
// Thread: try_push() on the one writer, front() and pop() on the one reader. Bounds: the capacity in bytes; a record of
// up to half of it fits where the queue is empty. As in queue.h, the memory orders stand here and nowhere else.

namespace sdr {

class SpscByteQueue {
 public:
  static constexpr size_t kAlign = 16;
  /// What a record of so many bytes takes at most: `count` of them fit into count + 1 times that.
  static constexpr size_t taken_by(size_t bytes) { return kAlign + (bytes + kAlign - 1) / kAlign * kAlign; }

  /// The capacity is rounded up to a power of two.
  explicit SpscByteQueue(size_t capacity_bytes);

  /// Puts the pieces as one record, not an empty one. False, with nothing put, where that would leave less than
  /// `spare_bytes` free: what must never be refused keeps its room so.
  [[nodiscard]] bool try_push(std::initializer_list<std::span<const uint8_t>> pieces, size_t spare_bytes = 0);

  /// The oldest record, aligned to kAlign and good until pop(); empty: there is none.
  std::span<const uint8_t> front();
  /// Gives back the room of what front() gave.
  void pop();

  size_t capacity() const { return capacity_; }

 private:
  struct alignas(kAlign) Head {
    uint64_t bytes = 0;  // 0: nothing more before the ring's end
  };

  Head* head_at(uint64_t position) { return reinterpret_cast<Head*>(memory_.get() + (position & (capacity_ - 1))); }
  size_t until_end(uint64_t position) const { return capacity_ - (position & (capacity_ - 1)); }

  const size_t capacity_;
  const std::unique_ptr<uint8_t[]> memory_;
  // Positions only grow; modulo the capacity is the place.
  alignas(64) std::atomic<uint64_t> read_{0};
  alignas(64) std::atomic<uint64_t> written_{0};
};

}  // namespace sdr
