// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "transport/bus_port.h"

// The transport's connection to the bus: what it listens to, and how messages come from NATS's threads to the loop.
//
// Streams of values (joints, IMU, odometry, ...) are subscribed to only while somebody watches; events always, since
// the lease, the gate and those who join need them.
//
// Thread: the loop's. Bounds: 128 messages wait for the loop, of values and of events each; beyond that the oldest go,
// counted.

namespace sdr::transport {

struct BusLinkOptions {
  std::string url;
  std::string ns;
};

class BusLink final : public BusPort {
 public:
  struct Hooks {
    std::function<void(std::string_view subject, std::string_view payload)> on_message;
    std::function<void()> on_connected;
  };

  BusLink(EventLoop& loop, Registry& registry, BusLinkOptions options, Hooks hooks);
  ~BusLink() override;

  bool connected() const override;
  bool publish(std::string_view subject, std::string_view payload) override;
  /// Whether anybody is there for the streams of values.
  void want_values(bool wanted);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::transport
