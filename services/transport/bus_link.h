// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "bus/bus.h"
#include "transport/bus_port.h"

// The transport's connection to the bus: what it listens to, and how messages come from NATS's threads to the loop.
//
// Streams of values (joints, IMU, odometry, ...) are subscribed to only while somebody watches; events always, since
// the lease, the gate and those who join need them.
//
// Thread: the loop's. Bounds: those of the bus's inbox, where the oldest goes and is counted.

namespace sdr::transport {

struct BusLinkOptions {
  std::string url;
  std::string ns;
  std::string user, password;
};

class BusLink final : public BusPort {
 public:
  struct Hooks {
    std::function<void(std::string_view subject, std::string_view payload)> on_message;
    std::function<void()> on_connected;
  };

  BusLink(EventLoop& loop, Registry& registry, BusLinkOptions options, Hooks hooks);

  /// Connects; the hooks may be called from now on, even before this returns.
  void start();
  bool connected() const override;
  bool publish(std::string_view subject, std::string_view payload) override;
  /// Whether anybody is there for the streams of values.
  void want_values(bool wanted);

 private:
  Hooks hooks_;
  bus::Bus bus_;
  bool values_wanted_ = false;
  std::vector<bus::Bus::SubscriptionId> values_;
};

}  // namespace sdr::transport
