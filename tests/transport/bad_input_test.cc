// SPDX-License-Identifier: Apache-2.0
// Who sends nonsense is told so, it is counted, and everybody else goes on.
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class TransportBadInput : public TransportTest {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    if (IsSkipped()) return;
    open_ring();
    start();
    bystander = connect();
    write_frame(true);
    ASSERT_TRUE(wait_frame(*bystander));
  }
  void TearDown() override {
    if (bystander && !HasFatalFailure()) {
      write_frame(false);
      EXPECT_TRUE(wait_frame(*bystander));  // whatever happened to the other one
    }
    TransportTest::TearDown();
  }
  void expect_closed(WsClient& client, int code) {
    EXPECT_TRUE(until([&] { return client.close_code() != 0; }));
    EXPECT_EQ(client.close_code(), code);
    EXPECT_TRUE(until([&] { return client.ended(); }));
  }
  std::shared_ptr<WsClient> bystander;
};

TEST_F(TransportBadInput, ClosesForAMessageThatIsTooLong) {
  auto client = connect();
  client->send(4, std::string(70'000, 'x'));
  expect_closed(*client, 1009);
  EXPECT_EQ(counter("websocket_malformed_total"), 1u);
}

TEST_F(TransportBadInput, ClosesForFramesThatAreNone) {
  auto unmasked = connect();
  unmasked->send_raw(std::string("\x82\x01\x04", 3));
  expect_closed(*unmasked, 1002);
  auto text = connect();
  text->send(4, "{}", 0x81);
  expect_closed(*text, 1002);
  auto clock = connect();
  clock->send(5, "short");
  expect_closed(*clock, 1002);
}

TEST_F(TransportBadInput, ForgetsAMessageThatNeverEnds) {
  auto client = connect();
  client->send_raw(std::string("\x82\xfe\x01\x00\x00\x00\x00\x00\x04{", 10));
  shutdown(client->fd(), SHUT_WR);
  EXPECT_TRUE(until([&] { return client->ended(); }));
  EXPECT_TRUE(until([&] { return transport->hub().count() == 1; }));
}

TEST_F(TransportBadInput, AnswersCommandsThatCannotBeRead) {
  auto client = connect();
  client->command("{not json");
  EXPECT_TRUE(has(wait_ack(*client), "\"refused\""));
  client->command(R"({"action":"fly","cmd_seq":1,"data":{}})");
  EXPECT_TRUE(has(wait_ack(*client), "\"unsupported\""));
  client->command(R"({"action":"cmd_vel","cmd_seq":1,"data":{"linear":{"x":1e999}}})");
  EXPECT_TRUE(has(wait_ack(*client), "\"refused\""));
  client->command(R"({"action":"cmd_vel","cmd_seq":2,"ttl_ms":5000,"data":{}})");
  EXPECT_TRUE(has(wait_ack(*client), "\"refused\""));
  client->command(R"({"action":"request_idr","cmd_seq":1,"data":{}})");
  EXPECT_TRUE(has(wait_ack(*client), "\"unsupported\""));
  client->command(R"({"action":"pause","cmd_seq":1,"correlation_id":")" + std::string(2000, 'x') + R"("})");
  EXPECT_TRUE(has(wait_ack(*client), "\"refused\""));
  EXPECT_FALSE(client->ended());
}

TEST_F(TransportBadInput, IgnoresMessagesOfATypeThatNobodyKnows) {
  auto client = connect();
  client->send(0x7f, "from the future");
  client->send(5, std::string(17, '\0'));
  EXPECT_TRUE(until([&] {
    while (!client->messages.empty()) {
      const auto message = client->messages.front();
      client->messages.pop_front();
      if (!message.bytes.empty() && message.bytes[0] == 5) return message.bytes.size() == 18;
    }
    return false;
  }));
  EXPECT_EQ(counter("messages_unknown_total"), 1u);
}

TEST_F(TransportBadInput, AnswersSignallingThatItIsNotSpoken) {
  auto client = connect();
  for (const char* json : {R"({"type":"offer","sdp":"v=0"})", "{nonsense"}) {
    client->send(3, json);
    EXPECT_TRUE(until([&] {
      while (!client->messages.empty()) {
        const auto message = client->messages.front();
        client->messages.pop_front();
        if (!message.bytes.empty() && message.bytes[0] == 3) return has(message.bytes, "\"error\"");
      }
      return false;
    }));
  }
}

TEST_F(TransportBadInput, EndsWhoFloods) {
  auto client = connect();
  std::string flood;
  for (int i = 0; i < 1200; ++i) flood += std::string("\x82\x81\x00\x00\x00\x00\x7f", 7);
  client->send_raw(flood);
  expect_closed(*client, 1008);
}

TEST_F(TransportBadInput, AnswersAnEmptyPingAndAClose) {
  auto client = connect();
  client->send_raw(std::string("\x89\x80\x00\x00\x00\x00", 6));
  EXPECT_TRUE(until([&] {
    return std::any_of(client->messages.begin(), client->messages.end(), [](const auto& m) { return m.opcode == 10; });
  }));
  client->send_raw(std::string("\x88\x82\x00\x00\x00\x00\x03\xe8", 8));
  expect_closed(*client, 1000);
}

}  // namespace
}  // namespace sdr::testing
