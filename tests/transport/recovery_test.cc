// SPDX-License-Identifier: Apache-2.0
// What the transport waits for may come late, break and come back.
#include <fstream>

#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr const char* kHealth = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

class TransportRecovery : public TransportTest {
 protected:
  /// With frames that come all the while.
  bool until_health(const std::string& status) {
    return until([&] {
      write_frame(false);
      return has(http(kHealth), "\"" + status + "\"");
    });
  }
};

TEST_F(TransportRecovery, WaitsForAWriterThatComesLater) {
  start();
  EXPECT_TRUE(has(http(kHealth), "\"waiting\""));
  auto client = connect();
  open_ring();
  write_frame(true);
  EXPECT_TRUE(wait_frame(*client));
  EXPECT_TRUE(until_health("ok"));
}

TEST_F(TransportRecovery, FollowsAWriterThatStartsAgainOnANewRing) {
  open_ring();
  start();
  auto client = connect();
  write_frame(true);
  write_frame(false);
  ASSERT_TRUE(wait_frame(*client));
  ASSERT_TRUE(wait_frame(*client));
  writer.reset();
  std::filesystem::remove(folder.file("frames"));
  open_ring();
  ASSERT_TRUE(until([&] {
    write_frame(true);
    for (int i = 0; i < 20; ++i) loop.run_once(std::chrono::milliseconds(2)), client->poll();
    return !client->messages.empty() && client->messages.back().bytes[0] == 1;
  }));
}

TEST_F(TransportRecovery, SurvivesAFileThatIsNoRing) {
  std::ofstream(folder.file("frames")) << std::string(300'000, 'x');
  start();
  auto client = connect();
  EXPECT_TRUE(has(http(kHealth), "\"waiting\""));
  std::filesystem::remove(folder.file("frames"));
  open_ring();
  write_frame(true);
  EXPECT_TRUE(wait_frame(*client));
}

TEST_F(TransportRecovery, KeepsShowingThePictureWithoutTheBusAndSaysSo) {
  start();
  auto client = connect_operator();
  nats->kill();
  ASSERT_TRUE(until_health("bus_lost"));
  write_frame(false);
  EXPECT_TRUE(wait_frame(*client));
  client->command(R"({"action":"estop","cmd_seq":1,"data":{}})");
  EXPECT_TRUE(has(wait_ack(*client), "\"error\""));
  nats->restart();
  EXPECT_TRUE(until_health("ok"));
}

TEST_F(TransportRecovery, TellsItsClientsThatItGoes) {
  open_ring();
  start();
  auto client = connect();
  transport->say_goodbye();
  EXPECT_TRUE(until([&] { return client->close_code() == 1001; }));
}

}  // namespace
}  // namespace sdr::testing
