// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/event_loop.h"
#include "sim/options.h"

// The simulator as a service: starts the threads, hears the bus, answers commands, publishes telemetry, says how it
// does.
//
// Thread: the event loop's. The three threads beside it hand over through bounded queues and slots (see README.md).

namespace sdr::sim {

class SimService {
 public:
  /// Throws ConfigError where the configuration does not fit, std::runtime_error where the service cannot start
  /// (another writer on the ring, another robot side in the namespace, a port that is taken).
  SimService(EventLoop& loop, const SimOptions& options);
  ~SimService();

  /// Until the loop is stopped. Throws std::runtime_error where the service can no longer do its work.
  void run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::sim
