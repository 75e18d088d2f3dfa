// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

constexpr size_t kLargeFrame = 200'000;  // more than the kernel holds unsent, and many records

class TransportTls : public TransportTest {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    std::signal(SIGPIPE, SIG_IGN);  // the test's client writes with OpenSSL's own calls
    options.tls_cert = folder.file("cert.pem");
    options.tls_key = folder.file("key.pem");
    write_certificate({options.tls_cert, options.tls_key});
  }

  std::shared_ptr<WsClient> watch() {
    auto client = std::make_shared<WsClient>(transport->address(), "", "", true);
    EXPECT_TRUE(until([&] { return client->poll(), client->open() || client->ended(); }));
    EXPECT_TRUE(client->open()) << client->answer();
    return client;
  }
  /// The next video message, whole.
  std::string next_frame(WsClient& client) {
    std::string found;
    EXPECT_TRUE(until([&] {
      client.poll();
      while (!client.messages.empty() && found.empty()) {
        if (client.messages.front().bytes[0] == 1) found = client.messages.front().bytes;
        client.messages.pop_front();
      }
      return !found.empty();
    })) << "no frame came";
    return found;
  }
  static bool is_filled_with_one_byte(const std::string& frame, size_t size) {
    const std::string payload = frame.substr(std::min<size_t>(33, frame.size()));
    return payload.size() == size && payload.find_first_not_of(payload[0]) == std::string::npos;
  }
};

TEST_F(TransportTls, CarriesVideoCommandsAndTelemetry) {
  open_ring();
  start();
  const auto client = watch();
  write_frame(true);
  EXPECT_TRUE(is_filled_with_one_byte(next_frame(*client), 1000));
  write_frame(false, kLargeFrame);
  EXPECT_TRUE(is_filled_with_one_byte(next_frame(*client), kLargeFrame));
  client->command(R"({"action":"estop","cmd_seq":1,"data":{}})");
  EXPECT_TRUE(wait_bus("control.estop").has_value());
  say_clock();
  EXPECT_TRUE(until([&] {
    client->poll();
    for (const WsClient::Message& message : client->messages) {
      if (!telemetry(message, "telemetry.clock").empty()) return true;
    }
    return false;
  }));
  EXPECT_EQ(transport->registry().counter("tls_handshakes_total", "", {{"result", "ok"}}).value(), 1u);
}

TEST_F(TransportTls, LosesWholeFramesForASlowViewerAndNeverBreaksTheStream) {
  options.backlog_ms = 50;
  open_ring();
  start();
  const auto client = watch();
  write_frame(true, kLargeFrame);
  EXPECT_TRUE(is_filled_with_one_byte(next_frame(*client), kLargeFrame));
  // It reads nothing while more comes than any socket holds.
  for (int i = 0; i < 100; ++i) {
    write_frame(i % 10 == 0, kLargeFrame);
    for (int turn = 0; turn < 3; ++turn) loop.run_once(std::chrono::milliseconds(2));
  }
  ASSERT_TRUE(until([&] { return counter("frames_dropped_total") > 0; }));
  uint64_t last = 0;
  for (bool fresh = false; !fresh;) {
    const std::string frame = next_frame(*client);
    ASSERT_TRUE(is_filled_with_one_byte(frame, kLargeFrame)) << "after " << last;
    const uint64_t seq = header_of({2, frame}).frame_seq;
    EXPECT_GT(seq, last);
    last = seq;
    fresh = seq >= 101;
    if (!fresh) write_frame(true, kLargeFrame);  // what it lost ends with a keyframe, which nobody else asks for here
  }
}

TEST_F(TransportTls, LetsGoOfAViewerThatTakesNothing) {
  options.slow_client_ms = 300;
  open_ring();
  start();
  const auto client = watch();
  EXPECT_TRUE(until([&] {
    write_frame(true, kLargeFrame);
    return counter("clients_closed_slow_total") == 1;
  }));
}

TEST_F(TransportTls, SendsWhoSpeaksPlainHttpToHttps) {
  start();
  const std::string answer = http("GET /?camera=front HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
  EXPECT_NE(answer.find("308 "), std::string::npos) << answer;
  EXPECT_NE(answer.find("Location: https://localhost:8080/?camera=front"), std::string::npos) << answer;
  WsClient plain(transport->address());
  EXPECT_TRUE(until([&] { return plain.poll(), plain.ended(); }));
  EXPECT_FALSE(plain.open());
}

TEST_F(TransportTls, TakesARenewedCertificateWhileViewersStay) {
  open_ring();
  start();
  const auto before = watch();
  write_certificate({options.tls_cert, options.tls_key}, {.name = "renewed"});
  EXPECT_TRUE(until([&] {
    TlsClient after(transport->address());
    EXPECT_TRUE(until([&] { return after.poll(), after.open() || after.ended(); }));
    return after.peer_name() == "renewed";
  }));
  write_frame(true);
  EXPECT_TRUE(is_filled_with_one_byte(next_frame(*before), 1000));
}

TEST_F(TransportTls, DoesNotStartWithACertificateThatCannotBeUsed) {
  const auto refusal = [&] {
    try {
      transport::check(options);
      transport::Transport refused(loop, options);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(), "");
  write_certificate({folder.file("other.pem"), options.tls_key});
  EXPECT_NE(refusal().find("does not belong to the certificate"), std::string::npos) << refusal();
  options.tls_key.clear();
  EXPECT_NE(refusal().find("tls_key is missing"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace sdr::testing
