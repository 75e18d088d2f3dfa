// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "frames/ring_reader.h"
#include "net/health_server.h"

// What the transport says of itself, and the thread that says it. It is a thread of its own because a loop that is
// stuck cannot tell so; it sees the loop's last turn and a copy of the facts, and touches nothing else.
//
// Thread: publish() on the service's loop; the rest inside, or any.

namespace sdr::transport {

struct HealthFacts {
  frames::WriterState writer = frames::WriterState::kAbsent;
  uint64_t shm_seq = 0;
  std::optional<uint64_t> frame_age_ms;  // nothing before the first frame
  bool bus_connected = false;
  size_t clients = 0;
};

/// The object of stream.md; `stuck` comes with 503, the rest with 200.
net::HealthReport health_report(const HealthFacts& facts, bool stuck);

class HealthThread {
 public:
  /// Serves on `address` from its own thread. Throws ConfigError where the address is not to be had.
  HealthThread(EventLoop& watched, const Registry& registry, const std::string& address);
  ~HealthThread();

  void publish(const HealthFacts& facts);
  /// The report as of now, from any thread.
  net::HealthReport report() const;
  const net::Address& address() const { return server_.address(); }

 private:
  EventLoop& watched_;
  mutable std::mutex mutex_;
  HealthFacts facts_;
  EventLoop loop_;
  net::HealthServer server_;
  std::thread thread_;
};

}  // namespace sdr::transport
