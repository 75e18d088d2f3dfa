// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "sdr/child_process.h"

// One `sdr up` under test: with a run folder, a ring and ports of its own, its output, and the processes it started.
// Waits are bounded only so that a failure ends the test; nothing asserts how long anything takes.

namespace sdr::testing {

class RunningUp {
 public:
  /// Starts it; `flags` come after those that keep it to itself.
  explicit RunningUp(const std::vector<std::string>& flags = {});
  ~RunningUp();

  /// Reads its output until it holds the text; false where it ends, or does not say it within a minute.
  bool says(const std::string& text);
  const std::string& output() const { return output_; }

  void signal(int number) const;
  /// Waits for its end and gives waitpid's status.
  int wait();

  /// "sim" to its process, as run/up.json tells.
  std::map<std::string, pid_t> services() const;
  std::string url() const;
  std::string run_folder() const { return folder_.file("run"); }

 private:
  std::string published() const;

  const TemporaryFolder folder_;
  std::string ring_folder_;
  command::ChildProcess process_;
  std::string output_;
};

/// Runs, and is not a corpse that nobody has buried yet.
bool is_alive(pid_t pid);
/// Waits until it is not; false where it is still there after some seconds.
bool is_gone(pid_t pid);

}  // namespace sdr::testing
