// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/event_loop.h"
#include "sdr/child_process.h"

namespace sdr::faults {

/// A program under test: runs as a process of its own, is killed and stopped as a test likes, and never outlives it.
/// Thread: the loop's. Bounds: keeps the last 64 KiB of what it says. Errors: one that does not start throws.
class Program {
 public:
  Program(EventLoop& loop, std::vector<std::string> arguments, std::vector<std::string> environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// SIGSTOP, SIGCONT, SIGTERM, ...
  void signal(int number) const;
  /// kill -9, and buries it.
  void kill();
  /// Asks it to end and waits. What a shell would call its status: 0 where all was well, 128 + signal.
  int end();
  bool alive();
  const std::string& output() const { return output_; }

 private:
  void read();
  void wait();

  EventLoop& loop_;
  command::ChildProcess process_;
  std::string output_;
  int status_ = -1;
};

}  // namespace sdr::faults
