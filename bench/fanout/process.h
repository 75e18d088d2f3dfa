// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

// The server under test as what it is in earnest: a process of its own, on a core of its own.

namespace sdr::bench {

void pin_to_core(int core);
void raise_descriptor_limit();
/// A port that was free a moment ago.
uint16_t free_port();

class Process {
 public:
  /// Starts a program on the given core, with further variables ("NAME=value"); its output goes to the file.
  Process(const std::vector<std::string>& command, const std::vector<std::string>& environment, int core,
          const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Time on a CPU so far, all threads, in seconds.
  double cpu_s() const;
  /// Memory of its own (anonymous and shared pages), in bytes.
  uint64_t memory_bytes() const;
  bool alive() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace sdr::bench
