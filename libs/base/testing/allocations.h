// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sdr::testing {

/// How often this thread has allocated with operator new so far. Linking sdr::testing replaces the global operators, so
/// that a test can show that a path allocates nothing: read before, run it a few hundred times, read again.
uint64_t allocations_of_this_thread();

}  // namespace sdr::testing
