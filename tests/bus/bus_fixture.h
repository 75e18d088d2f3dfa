// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "bus/bus.h"
#include "tests/bus/nats_server.h"

namespace sdr::bus {

/// A loop for buses whose server is real. Skips where there is none.
class BusFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::have_nats_server()) GTEST_SKIP() << "nats-server is not installed";
  }

  /// Turns the loop until it is so; a test that waits in vain fails after half a minute.
  template <typename Condition>
  bool until(Condition condition) {
    const Time give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      loop_.run_once(std::chrono::milliseconds(5));
    }
    return true;
  }

  static BusConfig config(const std::string& url, const std::string& name_space = "") {
    return {.url = url, .service = "test", .name_space = name_space, .user = {}, .password = {}};
  }

  bool connect(Bus& bus) {
    bus.start();
    return until([&] { return bus.state() == BusState::connected; });
  }

  /// Once this has come back, every earlier subscription of the receiver is known to the server.
  bool reaches(Bus& sender, Bus& receiver) {
    bool arrived = false;
    const auto id = receiver.subscribe("probe", [&](const Message&) { arrived = true; });
    const bool done = until([&] { return sender.publish("probe", "{}"), arrived; });
    receiver.unsubscribe(id);
    return done;
  }

  EventLoop loop_;
  Registry registry_;
};

}  // namespace sdr::bus
