// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "harness.h"

// The ways a frame is handed over here: ours, and what it is measured against.

namespace sdr::bench {

/// The ring; `spin` decides between a reader that spins and one that sleeps on the futex.
Case ring_case(std::string name, bool spin);

/// Removes the ring's file.
void remove_ring();

/// The least that any shared memory costs: a flag and the bytes, written by one core and copied and checked by another.
Case flag_case();

/// A Unix datagram socket that carries the frame; the reader sleeps in recv().
Case datagram_case(bool check_crc);

/// iceoryx with the payload written and read, its reader spinning. Nothing where the build found no iceoryx.
std::optional<Outcome> run_iceoryx();

}  // namespace sdr::bench
