// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include "base/event_loop.h"
#include "sim/options.h"

namespace sdr::testing {

/// Small pictures, all files in that folder, and a port of the system's choice; the other options stay as they are.
void make_small(sim::SimOptions& options, const std::filesystem::path& folder, const std::string& nats_url);

/// A simulator on a thread of its own, as the process would run it.
class RunningSim {
 public:
  explicit RunningSim(sim::SimOptions options);
  ~RunningSim();

  /// Ends it (SIGTERM's way) and gives what it died of; empty where it just ended.
  std::string stop();
  /// Waits until it ends by itself.
  std::string join();

 private:
  void run();

  const sim::SimOptions options_;
  EventLoop loop_;
  std::string death_;
  std::thread thread_;
};

}  // namespace sdr::testing
