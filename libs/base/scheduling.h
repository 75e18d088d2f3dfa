// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/clock.h"

// What a thread asks of the scheduler where there are fewer processors than threads that want one, as on a small
// robot's computer: who waits for a message wants its turn at once and needs little of it, who draws or encodes a
// picture needs much and waits gladly. Linux gives each thread turns of some 3 ms; since 6.12 a thread may ask for
// another length, and one with shorter turns that wakes goes before one with longer ones (EEVDF, sched(7)). No share of
// the processor changes, and no privilege is needed. An older kernel ignores it.
//
// Thread: each asks for itself; threads and programs that it starts inherit it.

namespace sdr {

/// For loops that pass messages on: turns of 0.1 ms. What the kernel refuses is left as it was.
void ask_to_wake_soon();
/// For threads that compute for milliseconds: turns of 10 ms.
void ask_for_long_turns();

/// The calling thread's turns; nothing where the kernel does not tell.
std::optional<Duration> turn_length();

}  // namespace sdr
