// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The server under test as what it is in earnest: a process of its own, on a core of its own.

namespace sdr::bench {

/// Negative: wherever the system likes.
void pin_to_core(int core);
void raise_descriptor_limit();
/// A port that was free a moment ago.
uint16_t free_port();

class Process {
 public:
  /// Starts a program on that core, with further variables ("NAME=value"); its output goes to the file.
  Process(const std::vector<std::string>& command, const std::vector<std::string>& environment, int core,
          const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Time on a CPU so far, all threads, in seconds.
  double cpu_s() const;
  /// Memory of its own (anonymous and shared pages), in bytes.
  uint64_t memory_bytes() const;
  /// Anonymous memory alone: without the ring's pages, which come as they are first read.
  uint64_t private_bytes() const;
  size_t threads() const;
  size_t descriptors() const;
  bool alive();
  /// Asks it to end, and makes it after ten seconds. What a shell would call its status: 0, or 128 + signal.
  int end();

 private:
  uint64_t status_number(std::string_view name) const;

  pid_t pid_ = -1;
  int wait_status_ = 0;
};

}  // namespace sdr::bench
