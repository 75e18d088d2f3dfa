// SPDX-License-Identifier: Apache-2.0
#include "base/byte_queue.h"

#include <bit>
#include <cstring>
#include <new>

#include "base/assert.h"

namespace sdr {

SpscByteQueue::SpscByteQueue(size_t capacity_bytes)
    : capacity_(std::bit_ceil(capacity_bytes)), memory_(new uint8_t[capacity_]) {
  static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= kAlign);
  SDR_ASSERT_OP(capacity_, >=, 4 * kAlign);
}

bool SpscByteQueue::try_push(std::initializer_list<std::span<const uint8_t>> pieces, size_t spare_bytes) {
  size_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.size();
  SDR_ASSERT(bytes > 0, "a record holds something");
  uint64_t position = written_.load(std::memory_order_relaxed);
  const size_t taken = taken_by(bytes), end = until_end(position);
  const size_t skipped = taken > end ? end : 0;  // a record lies in one piece
  const size_t free = capacity_ - static_cast<size_t>(position - read_.load(std::memory_order_acquire));
  if (skipped + taken + spare_bytes > free) return false;
  if (skipped > 0) new (head_at(position)) Head{0};
  position += skipped;
  new (head_at(position)) Head{bytes};
  uint8_t* at = memory_.get() + (position & (capacity_ - 1)) + sizeof(Head);
  for (const auto& piece : pieces) {
    if (!piece.empty()) std::memcpy(at, piece.data(), piece.size());
    at += piece.size();
  }
  written_.store(position + taken, std::memory_order_release);
  return true;
}

std::span<const uint8_t> SpscByteQueue::front() {
  uint64_t position = read_.load(std::memory_order_relaxed);
  if (position == written_.load(std::memory_order_acquire)) return {};
  if (head_at(position)->bytes == 0) {  // what was skipped and what follows became visible together
    position += until_end(position);
    read_.store(position, std::memory_order_release);
  }
  const Head* const head = head_at(position);
  return {reinterpret_cast<const uint8_t*>(head + 1), head->bytes};
}

void SpscByteQueue::pop() {
  const uint64_t position = read_.load(std::memory_order_relaxed);
  const uint64_t bytes = head_at(position)->bytes;
  SDR_ASSERT(bytes > 0, "front() goes before pop()");
  read_.store(position + taken_by(bytes), std::memory_order_release);
}

}  // namespace sdr
