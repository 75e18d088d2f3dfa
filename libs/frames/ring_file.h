// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "frames/recovery.h"
#include "frames/ring_memory.h"

// The life of a ring's file. It is made beside its place (`PATH.new`), allocated to its last byte, initialised, locked,
// and only then renamed into place, so that whoever finds a ring finds a whole one, and whoever has the old one mapped
// keeps it.
//
// The lock is flock(2) on the ring's file itself: it ends with the process that holds it, however that dies, and two
// writers that race for a missing or unusable file race for the lock on `PATH.new`.

namespace sdr::frames {

/// Names a file as long as somebody has it open.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

/// A ring that this process may write. The descriptor holds the lock.
struct WritableRing {
  FileDescriptor fd;
  RingMemory memory;
  FileIdentity identity;
  WriterPosition position;
  bool made = false;  ///< a new file
};

/// Locks and continues the ring at the path, or puts a new one there. `ours` names a file that was our ring before it
/// was damaged and may be replaced whatever it looks like now. Errors as RingWriter::open.
Result<WritableRing> open_writable_ring(const std::string& path, std::size_t bytes, const FileIdentity& ours = {});

/// Whether the path still names this file, in its whole length.
bool is_in_place(const std::string& path, const FileIdentity& identity, std::size_t bytes);

}  // namespace sdr::frames
