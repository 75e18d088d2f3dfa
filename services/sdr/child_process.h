// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "base/result.h"

// A program started so that it can never outlive us: a process group of its own (a Ctrl-C on the terminal reaches only
// us, who then end it in order), and the kernel's promise to kill it when we die, however we die.
//
// Thread: the main thread, for the kernel's promise is bound to the thread that forks. The pid is the caller's to wait
// for.

namespace sdr::command {

struct ProcessSpec {
  std::vector<std::string> arguments;    ///< the program's path first
  std::vector<std::string> environment;  ///< NAME=value, in place of or beside ours
};

struct ChildProcess {
  pid_t pid = -1;
  FileDescriptor output;  ///< what it writes to standard output and error, non-blocking
};

/// Errors: the kernel's, with the program's path (not there, not executable, no more processes).
Result<ChildProcess> start_process(const ProcessSpec& spec);

/// How a process ended, from waitpid's status: "exited with 3", "was killed by signal 9 (Killed)".
std::string describe_exit(int wait_status);

}  // namespace sdr::command
