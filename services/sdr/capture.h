// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "sdr/child_process.h"

// Runs a short program and takes what it says: how doctor asks drivers that may crash or hang.
// Thread: main's; waits. Bounds: 256 KiB of output, and the time given, after which the program is killed.

namespace sdr::command {

struct Captured {
  int wait_status = 0;
  bool timed_out = false;
  std::string output;

  bool succeeded() const { return !timed_out && wait_status == 0; }
  /// Where it did not: "was killed by signal 11 (Segmentation fault)", "took longer than 20 s".
  std::string failure() const;
};

/// Errors: the program could not be started.
Result<Captured> capture(const ProcessSpec& spec, Duration patience = std::chrono::seconds(20));

}  // namespace sdr::command
