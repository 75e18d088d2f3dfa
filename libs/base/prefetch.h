// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// For loops over many objects that are visited one after another and are cold each time: while one is worked on, the
// next ones' memory is on its way. Thread: any; changes nothing, and says nothing about the memory's being valid.

namespace sdr {

/// Asks for the cache lines of this memory.
inline void prefetch(const void* begin, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  const char* const first = static_cast<const char*>(begin);
  for (std::size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(first + at);
}

}  // namespace sdr
