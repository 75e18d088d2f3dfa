// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "bus/bus.h"
#include "frames/ring_writer.h"
#include "tests/bus/nats_server.h"
#include "tests/transport/ws_client.h"
#include "transport/transport.h"

namespace sdr::testing {

/// A transport on the test's own loop, beside it a ring to write, a bus with somebody who listens in place of the robot
/// side, and as many browsers as a test wants.
class TransportTest : public ::testing::Test {
 protected:
  struct Heard {
    std::string subject, payload;
  };

  void SetUp() override;
  void TearDown() override;

  /// Starts the transport, with the options as the test has changed them.
  void start();
  void open_ring(const std::string& name = "frames");
  void write_frame(bool keyframe, size_t bytes = 1000);
  /// Says what a robot side says: telemetry.clock.
  void say_clock();
  std::shared_ptr<WsClient> connect(const std::string& query = "", const std::string& headers = "");
  /// A file with these lines that its owner alone may read; the tokens of the transport that is started next.
  void use_tokens(const std::string& lines);
  /// One that has shown its token and been told the role.
  std::shared_ptr<WsClient> connect_as(const std::string& token, const std::string& role);
  /// One that has seen its first frame, with the gate open and the robot's clock known. `write`: frames of the test's
  /// own, in place of write_frame()'s.
  std::shared_ptr<WsClient> connect_operator(const std::function<void(bool keyframe)>& write = {});
  std::string http(const std::string& request);

  /// Turns the loop until it is so; one that waits in vain gives up after 20 s.
  template <typename Condition>
  bool until(Condition condition) {
    const Time give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      loop.run_once(std::chrono::milliseconds(2));
      for (const auto& client : clients_) {
        if (const auto alive = client.lock()) alive->poll();
      }
    }
    return true;
  }
  /// The next message on that subject, of those that have not been looked at.
  std::string wait_telemetry(WsClient& client, const std::string& subject);
  /// The next answer to a command.
  std::string wait_ack(WsClient& client) { return wait_telemetry(client, "telemetry.command.ack"); }
  std::optional<frames::FrameHeader> wait_frame(WsClient& client);
  /// The next message that the bus carried on that subject.
  std::optional<std::string> wait_bus(const std::string& subject);
  uint64_t counter(const std::string& name) { return transport->registry().counter(name, "").value(); }

  EventLoop loop;
  TemporaryFolder folder;
  std::unique_ptr<NatsServer> nats;
  transport::TransportOptions options;
  std::unique_ptr<transport::Transport> transport;
  std::optional<frames::RingWriter> writer;
  Registry bus_registry;
  std::unique_ptr<bus::Bus> robot;
  std::vector<Heard> heard;

 private:
  std::vector<std::weak_ptr<WsClient>> clients_;
  uint64_t tick_ = 0;
};

}  // namespace sdr::testing
