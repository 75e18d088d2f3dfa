// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// What this machine is, from the kernel's own tables; for `sdr doctor`. Thread: any. What cannot be found out is left
// empty or 0: doctor says so, and nothing here fails.

namespace sdr::command {

struct Machine {
  std::string cpu;
  unsigned cores = 0;  ///< that this process may use
  bool avx2 = false, carry_less_multiply = false;
  uint64_t memory_bytes = 0, memory_available_bytes = 0;
  std::vector<std::string> gpus;
  bool shm_present = false;
  uint64_t shm_bytes = 0, shm_free_bytes = 0;
  uint64_t disk_free_bytes = 0;  ///< where we are
  std::string kernel, distribution;
  uint64_t open_files_max = 0, socket_backlog_max = 0, send_buffer_max_bytes = 0;
};

/// `root` is "/" save in tests.
Machine look_at_machine(const std::filesystem::path& root = "/");

}  // namespace sdr::command
