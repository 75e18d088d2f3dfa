// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Sleeping on a word that several processes map. `std::atomic::wait` would not do: libstdc++ asks for process-private
// futexes, which another process cannot wake. Linux only; waiting works on a read-only mapping of a file. Thread: any.

namespace sdr::frames {

/// Sleeps until woken, a signal, or the timeout, unless the word differs from `expected` already. Why it returned is
/// not said: callers look at what they wait for. An address that cannot be waited on costs the whole timeout.
void futex_wait_shared(const std::byte* word, uint32_t expected, std::chrono::nanoseconds timeout);

/// Wakes all who sleep on the word, in any process.
void futex_wake_shared(std::byte* word);

}  // namespace sdr::frames
