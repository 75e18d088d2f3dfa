// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Bytes that a writer may change while a reader copies them. Under C++20 a plain memcpy of such bytes is a data race
// even if the copy is thrown away afterwards, so both sides go through relaxed 64-bit atomics and put fences around
// them (Boehm, "Can seqlocks get along with programming language memory models?", HPL-2012-68; P1478R6, which would
// name these two functions).
//
// All accesses to shared payload are whole aligned words, as atomic_ref demands; a length that is no multiple of 8
// reads or writes the padding behind it, which belongs to no frame. Thread: any. Nothing here orders anything: that is
// what the callers' fences are for.

namespace sdr::frames {

static_assert(std::atomic_ref<uint64_t>::is_always_lock_free,
              "shared between processes: no hidden lock may be involved");
static_assert(std::atomic_ref<uint32_t>::is_always_lock_free);

/// A word of a mapping that may be read-only: atomic_ref wants a mutable object even to load, and a load does not
/// write.
inline std::atomic_ref<uint64_t> word_at(const std::byte* bytes) {
  return std::atomic_ref<uint64_t>(*reinterpret_cast<uint64_t*>(const_cast<std::byte*>(bytes)));
}

inline std::atomic_ref<uint32_t> half_word_at(const std::byte* bytes) {
  return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(const_cast<std::byte*>(bytes)));
}

/// Copies `bytes` bytes out of shared memory; `from` is aligned to 8, `to` need not be.
inline void copy_from_shared(std::byte* to, const std::byte* from, std::size_t bytes) {
  std::size_t i = 0;
  for (; i + 64 <= bytes; i += 64) {
#pragma GCC unroll 8
    for (std::size_t k = i; k < i + 64; k += 8) {
      const uint64_t word = word_at(from + k).load(std::memory_order_relaxed);
      std::memcpy(to + k, &word, 8);
    }
  }
  for (; i < bytes; i += 8) {
    const uint64_t word = word_at(from + i).load(std::memory_order_relaxed);
    std::memcpy(to + i, &word, bytes - i < 8 ? bytes - i : 8);
  }
}

/// Copies `bytes` bytes into shared memory; `to` is aligned to 8, `from` need not be. Padding becomes zero.
inline void copy_to_shared(std::byte* to, const std::byte* from, std::size_t bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes; i += 8) {
    uint64_t word;
    std::memcpy(&word, from + i, 8);
    word_at(to + i).store(word, std::memory_order_relaxed);
  }
  if (i < bytes) {
    uint64_t word = 0;
    std::memcpy(&word, from + i, bytes - i);
    word_at(to + i).store(word, std::memory_order_relaxed);
  }
}

}  // namespace sdr::frames
