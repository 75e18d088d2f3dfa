// SPDX-License-Identifier: Apache-2.0
// Where tokens are asked for, nobody gets anything before one was shown.
#include <fstream>

#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

constexpr const char* kViewer = "viewers-token-000001";
constexpr const char* kOperator = "operators-token-0001";
constexpr const char* kTokens = "viewer viewers-token-000001\noperator operators-token-0001 ann\n";
constexpr const char* kGuess = "not-a-token-of-ours";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string auth(const std::string& token) {
  return R"({"action":"auth","cmd_seq":1,"data":{"token":")" + token + R"("}})";
}

class TransportToken : public TransportTest {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    if (IsSkipped()) return;
    use_tokens(kTokens);
    open_ring();
  }
  void expect_closed(WsClient& client, int code) {
    EXPECT_TRUE(until([&] { return client.close_code() != 0; }));
    EXPECT_EQ(client.close_code(), code);
    EXPECT_TRUE(until([&] { return client.ended(); }));
  }
  std::string get(const std::string& path, const std::string& token = "") {
    return http("GET " + path + " HTTP/1.1\r\nHost: robot.example\r\n" +
                (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + "Connection: close\r\n\r\n");
  }
  uint64_t refused(const char* why) {
    return transport->registry().counter("access_refused_total", "", {{"why", why}}).value();
  }
};

TEST_F(TransportToken, GivesNothingBeforeOneWasShownThenEverything) {
  start();
  auto stranger = connect();
  EXPECT_TRUE(stranger->open());
  auto viewer = connect_as(kViewer, "viewer");
  write_frame(true);
  ASSERT_TRUE(wait_frame(*viewer));
  say_clock();
  ASSERT_NE(wait_telemetry(*viewer, "telemetry.clock"), "");
  EXPECT_TRUE(stranger->messages.empty());
  EXPECT_EQ(transport->hub().count(), 1u);
  EXPECT_EQ(transport->hub().stranger_count(), 1u);

  stranger->command(auth(kOperator));
  ASSERT_TRUE(until([&] { return !stranger->messages.empty(); }));
  EXPECT_TRUE(has(stranger->messages.front().bytes, "\"action\":\"auth\""));  // the answer comes before all else
  EXPECT_TRUE(has(wait_ack(*stranger), "\"operator\""));
  EXPECT_NE(wait_telemetry(*stranger, "telemetry.control.lease"), "");
  EXPECT_TRUE(wait_frame(*stranger));
  EXPECT_EQ(transport->hub().stranger_count(), 0u);
}

TEST_F(TransportToken, ClosesForAWrongOneAndForNone) {
  start();
  auto guesser = connect();
  guesser->command(auth(kGuess));
  expect_closed(*guesser, 4403);
  auto without = connect();
  without->command(auth(""));
  expect_closed(*without, 4401);
  auto other = connect();
  other->send(5, std::string(17, '\0'));
  expect_closed(*other, 4401);
  auto broken = connect();
  broken->command("{\"action\":\"auth\"");
  expect_closed(*broken, 4401);
  auto large = connect();
  large->command(auth(std::string(2000, 'x')));
  expect_closed(*large, 1009);
  EXPECT_EQ(refused("wrong_token"), 1u);
  EXPECT_EQ(refused("no_token"), 3u);
}

TEST_F(TransportToken, StopsNoRobotForAStranger) {
  start();
  auto stranger = connect();
  stranger->command(R"({"action":"estop","cmd_seq":1,"data":{}})");
  expect_closed(*stranger, 4401);
  auto viewer = connect_as(kViewer, "viewer");
  viewer->command(R"({"action":"estop","cmd_seq":1,"data":{}})");
  const auto sent = wait_bus("control.estop");
  ASSERT_TRUE(sent);
  EXPECT_EQ(std::count_if(heard.begin(), heard.end(), [](const Heard& h) { return h.subject == "control.estop"; }), 0);
}

TEST_F(TransportToken, ClosesForTheTimeThatNobodyUsed) {
  options.auth_ms = 100;
  start();
  auto silent = connect();
  expect_closed(*silent, 4401);
  auto slow = connect();
  slow->send_raw(std::string("\x82\xc8\x00\x00\x00\x00\x04{", 8));  // begins, and never ends
  expect_closed(*slow, 4401);
  EXPECT_EQ(counter("access_late_total"), 2u);
}

TEST_F(TransportToken, IsTakenWithTheHandshakeToo) {
  start();
  const std::string header = "Authorization: Bearer ";
  auto viewer = connect("", header + kViewer + "\r\n");
  write_frame(true);
  EXPECT_TRUE(wait_frame(*viewer));
  viewer->command(auth(""));
  EXPECT_TRUE(has(wait_ack(*viewer), "\"viewer\""));
  auto guesser = connect("", header + kGuess + "\r\n");
  EXPECT_TRUE(has(guesser->answer(), " 401 "));
  EXPECT_TRUE(has(guesser->answer(), "error=\"invalid_token\""));
  EXPECT_TRUE(has(connect("?camera=none", header + kViewer + "\r\n")->answer(), " 404 "));
}

TEST_F(TransportToken, SaysThatThereIsNoSuchCameraOnlyToWhomItKnows) {
  start();
  auto stranger = connect("?camera=none");
  EXPECT_TRUE(stranger->open());
  stranger->command(auth(kViewer));
  expect_closed(*stranger, 4404);
}

TEST_F(TransportToken, IsWantedByStatusAndMetricsButNotByThePage) {
  std::filesystem::create_directory(folder.file("web"));
  std::ofstream(folder.file("web") + "/index.html") << "<p>the page";
  start();
  auto ann = connect_as(kOperator, "operator");
  EXPECT_TRUE(has(get("/"), "<p>the page"));
  const std::string without = get("/api/status");
  EXPECT_TRUE(has(without, " 401 "));
  EXPECT_TRUE(has(without, "WWW-Authenticate: Bearer"));
  EXPECT_TRUE(has(without, R"({"access":{"token_needed":true}})"));
  EXPECT_TRUE(has(get("/metrics"), " 401 "));
  EXPECT_TRUE(has(get("/metrics", kGuess), " 401 "));
  EXPECT_TRUE(has(get("/metrics", kViewer), "access_refused_total{why=\"wrong_token\"} 1"));
  EXPECT_TRUE(has(get("/health"), "{\"status\":\""));
  EXPECT_FALSE(has(get("/health"), "clients"));
  EXPECT_TRUE(has(get("/health", kViewer), "clients"));
  const std::string viewers = get("/api/status", kViewer), operators = get("/api/status", kOperator);
  EXPECT_TRUE(has(viewers, R"("access":{"token_needed":true,"role":"viewer"})"));
  EXPECT_FALSE(has(viewers, "\"operators\""));
  EXPECT_TRUE(has(operators, R"("role":"operator","name":"ann"}])"));
}

TEST_F(TransportToken, WhoGuessesHasToWaitAndTheNeighboursDoNot) {
  start();
  // From loopback a hundred, and ten more each second.
  ASSERT_TRUE(until([&] { return has(get("/api/status", kGuess), " 429 "); }));
  auto guesser = connect();
  guesser->command(auth(kGuess));
  ASSERT_TRUE(until([&] { return guesser->close_code() != 0; }));
  EXPECT_GE(refused("wrong_token"), 100u);
  EXPECT_GE(refused("too_many_wrong_tokens"), 1u);
  const auto neighbour = connect_as(kOperator, "operator");  // behind the same address
  EXPECT_TRUE(has(get("/api/status", kViewer), " 200 "));
}

TEST_F(TransportToken, ThatWasTakenBackEndsConnectionsAndControl) {
  start();
  auto viewer = connect_as(kViewer, "viewer");
  auto ann = connect_as(kOperator, "operator");
  ann->command(R"({"action":"lease","cmd_seq":1,"data":{"op":"acquire"}})");
  EXPECT_TRUE(has(wait_ack(*ann), "\"ok\""));
  heard.clear();
  use_tokens(std::string("viewer ") + kViewer + "\n");
  expect_closed(*ann, 4403);
  ASSERT_TRUE(wait_bus("control.cmd_vel"));  // zero
  EXPECT_TRUE(until([&] { return has(wait_telemetry(*viewer, "telemetry.control.lease"), "\"holder\":null"); }));
  auto again = connect();
  again->command(auth(kOperator));
  expect_closed(*again, 4403);
  EXPECT_FALSE(viewer->ended());
}

}  // namespace
}  // namespace sdr::testing
