// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/event_loop.h"
#include "bench/common/feeder.h"
#include "bench/common/process.h"

namespace sdr::bench {

/// A real transport alone on its core, with a ring that is fed and a bus on the other, in a folder that goes with it.
/// Negative cores: wherever the system likes.
class Server {
 public:
  static constexpr size_t kFrameBytes = 16'700;  ///< 8 Mbit/s at kFps
  static constexpr double kFps = 60;

  /// `preload`: a library that the transport is started with; it gets folder() + "/heap" as SDR_COUNTED_HEAP.
  Server(int server_core, int other_core, const std::string& preload = "");
  ~Server();

  uint16_t port() const { return http_; }
  const std::string& folder() const { return folder_; }
  Process& process() { return *process_; }
  const Process& process() const { return *process_; }
  uint64_t frames() const { return feeder_->frames(); }
  /// Until it takes connections; false where it does not.
  bool wait_until_ready() const;

 private:
  void answer_keyframe_requests(int core);

  const std::string folder_;
  const uint16_t http_, nats_;
  EventLoop loop_;
  std::unique_ptr<Process> bus_;
  std::unique_ptr<Feeder> feeder_;
  std::unique_ptr<Process> process_;
  std::thread bus_thread_;
};

}  // namespace sdr::bench
