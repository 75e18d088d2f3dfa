// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "frames/ring_file.h"

// The reader's side of a ring's file: finds it, maps it read-only, and notices when another one stands in its place.
// Thread: the reader's.

namespace sdr::frames {

struct ReadableRing {
  RingMemory memory;
  FileIdentity identity;
};

/// Maps the ring at the path. Errors: kNotARing, or the system's (ENOENT while no writer has made one).
Result<ReadableRing> open_readable_ring(const std::string& path);

/// Whether another file stands at the path than the one given. No file at all is no other one: whoever has the ring
/// mapped may go on with it.
bool is_replaced(const std::string& path, const FileIdentity& identity);

}  // namespace sdr::frames
