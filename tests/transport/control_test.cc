// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

std::string twist(uint64_t seq, double x = 0.2) {
  return R"({"action":"cmd_vel","cmd_seq":)" + std::to_string(seq) + R"(,"correlation_id":"k","data":{"linear":{"x":)" +
         std::to_string(x) + "}}}";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class TransportControl : public TransportTest {};

TEST_F(TransportControl, PutsATwistOnTheBusWithSenderEpochAndEcho) {
  start();
  auto driver = connect_operator();
  heard.clear();
  driver->command(twist(1));
  const auto sent = wait_bus("control.cmd_vel");
  ASSERT_TRUE(sent);
  schema::ControlEnvelope envelope;
  ASSERT_TRUE(schema::parse(*sent, schema::Action::cmd_vel, envelope).ok());
  EXPECT_EQ(envelope.cmd_seq, 1u);
  EXPECT_EQ(envelope.correlation_id, "k");
  EXPECT_TRUE(envelope.echo_us.has_value());
  EXPECT_TRUE(has(wait_telemetry(*driver, "telemetry.control.lease"), "\"holder\":\"" + envelope.client));

  // The robot side's answer goes to the sender alone.
  auto watcher = connect();
  robot->publish("telemetry.command.ack",
                 R"({"client":")" + envelope.client +
                     R"(","action":"cmd_vel","cmd_seq":1,"correlation_id":null,"status":"ok","detail":""})");
  EXPECT_TRUE(has(wait_ack(*driver), "\"ok\""));
  robot->publish("telemetry.safety.state", R"({"state_id":1,"mode":"ARMED","reason":"commanded","since_ms":5})");
  ASSERT_NE(wait_telemetry(*watcher, "telemetry.safety.state"), "");
  for (const auto& message : watcher->messages) EXPECT_EQ(telemetry(message, "telemetry.command.ack"), "");
}

TEST_F(TransportControl, RefusesTheSecondDriverButNeverItsEstop) {
  start();
  auto driver = connect_operator();
  driver->command(twist(1));
  ASSERT_TRUE(wait_bus("control.cmd_vel"));
  auto other = connect();
  other->command(twist(1));
  EXPECT_TRUE(has(wait_ack(*other), "\"refused\""));
  for (int i = 0; i < 150; ++i) other->command(R"({"action":"estop","cmd_seq":0,"data":{}})");
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(wait_bus("control.estop"));
}

TEST_F(TransportControl, SendsOneZeroTwistWhenTheOperatorIsGone) {
  start();
  auto driver = connect_operator();
  driver->command(twist(1, 0.5));
  ASSERT_TRUE(wait_bus("control.cmd_vel"));
  shutdown(driver->fd(), SHUT_RDWR);
  const auto zero = wait_bus("control.cmd_vel");
  ASSERT_TRUE(zero);
  schema::ControlEnvelope envelope;
  ASSERT_TRUE(schema::parse(*zero, schema::Action::cmd_vel, envelope).ok());
  EXPECT_TRUE(envelope.client.starts_with("transport-")) << envelope.client;
  EXPECT_EQ(std::get<schema::Twist>(envelope.data), schema::Twist());
  EXPECT_EQ(counter("zero_twists_total"), 1u);
}

TEST_F(TransportControl, ClosesTheGateWhenThePictureIsOldAndStopsTheDrivenRobot) {
  start();
  auto driver = connect_operator();
  driver->command(twist(1));
  ASSERT_TRUE(wait_bus("control.cmd_vel"));
  // No frame any more: the gate closes by its own clock.
  ASSERT_TRUE(until([&] { return has(wait_telemetry(*driver, "telemetry.safety.video_gate"), "closed"); }));
  ASSERT_TRUE(wait_bus("control.cmd_vel"));
  driver->command(twist(2));
  EXPECT_TRUE(has(wait_ack(*driver), "\"refused\""));
  uint64_t seq = 3;
  ASSERT_TRUE(until([&] {
    driver->command(twist(seq++));  // the operator stays
    (void)wait_ack(*driver);
    return std::any_of(heard.begin(), heard.end(), [](const Heard& h) { return h.subject == "control.estop"; });
  }));
  write_frame(false);
  EXPECT_TRUE(until([&] { return has(wait_telemetry(*driver, "telemetry.safety.video_gate"), "open"); }));
}

TEST_F(TransportControl, RefusesTwistsBeforeTheFirstFrame) {
  start();
  auto client = connect();
  client->command(twist(1));
  EXPECT_TRUE(has(wait_ack(*client), "\"refused\""));
}

TEST_F(TransportControl, HandsTheLeaseOverAndTellsEverybody) {
  start();
  auto first = connect_operator();
  auto second = connect();
  const std::string view = wait_telemetry(*second, "telemetry.control.lease");
  schema::LeaseView lease;
  ASSERT_TRUE(schema::parse(view, lease).ok());
  first->command(R"({"action":"lease","cmd_seq":1,"data":{"op":"acquire"}})");
  EXPECT_TRUE(has(wait_ack(*first), "\"ok\""));
  first->command(R"({"action":"lease","cmd_seq":2,"data":{"op":"hand","to":"nobody"}})");
  EXPECT_TRUE(has(wait_ack(*first), "no such client"));
  first->command(R"({"action":"lease","cmd_seq":3,"data":{"op":"hand","to":")" + *lease.you + R"("}})");
  EXPECT_TRUE(has(wait_ack(*first), "\"ok\""));
  EXPECT_TRUE(until(
      [&] { return has(wait_telemetry(*first, "telemetry.control.lease"), "\"holder\":\"" + *lease.you + "\""); }));
}

TEST_F(TransportControl, TellsTheOperatorWhoAsksForControl) {
  start();
  auto first = connect_operator();
  auto second = connect();
  schema::LeaseView lease;
  ASSERT_TRUE(schema::parse(wait_telemetry(*second, "telemetry.control.lease"), lease).ok());
  first->command(R"({"action":"lease","cmd_seq":1,"data":{"op":"acquire"}})");
  EXPECT_TRUE(has(wait_ack(*first), "\"ok\""));
  second->command(R"({"action":"lease","cmd_seq":1,"data":{"op":"acquire"}})");
  EXPECT_TRUE(has(wait_ack(*second), "\"refused\""));
  const std::string asking = "\"asking\":[\"" + *lease.you + "\"]";
  EXPECT_TRUE(until([&] { return has(wait_telemetry(*first, "telemetry.control.lease"), asking); }));
  second->command(R"({"action":"lease","cmd_seq":2,"data":{"op":"release"}})");
  EXPECT_TRUE(until([&] { return !has(wait_telemetry(*first, "telemetry.control.lease"), "asking"); }));
}

TEST_F(TransportControl, SendsOnOnlyTheNewestOfTwistsThatCameTogether) {
  start();
  auto driver = connect_operator();
  heard.clear();
  std::string burst;
  for (int i = 1; i <= 5; ++i) {
    const std::string payload = "\x04" + twist(static_cast<uint64_t>(i));
    burst += std::string("\x82") + static_cast<char>(0x80 | payload.size()) + std::string(4, '\0') + payload;
  }
  driver->send_raw(burst);
  const auto sent = wait_bus("control.cmd_vel");
  ASSERT_TRUE(sent);
  EXPECT_TRUE(has(*sent, "\"cmd_seq\":5"));
  for (int i = 1; i <= 4; ++i) EXPECT_TRUE(has(wait_ack(*driver), "\"cmd_seq\":" + std::to_string(i)));
}

TEST_F(TransportControl, RefusesASequenceThatDoesNotGrowAndARateThatIsTooHigh) {
  start();
  auto driver = connect_operator();
  driver->command(R"({"action":"pause","cmd_seq":5,"data":{"paused":true}})");
  EXPECT_TRUE(has(wait_ack(*driver), "refused"));  // nobody holds the lease, and pause acquires none
  driver->command(R"({"action":"lease","cmd_seq":1,"data":{"op":"acquire"}})");
  EXPECT_TRUE(has(wait_ack(*driver), "\"ok\""));
  driver->command(R"({"action":"pause","cmd_seq":6,"data":{"paused":true}})");
  ASSERT_TRUE(wait_bus("control.pause"));
  driver->command(R"({"action":"pause","cmd_seq":6,"data":{"paused":false}})");
  EXPECT_TRUE(has(wait_ack(*driver), "refused"));
  for (uint64_t i = 7; i < 130; ++i) {
    driver->command(R"({"action":"pause","cmd_seq":)" + std::to_string(i) + R"(,"data":{"paused":true}})");
    loop.run_once(std::chrono::milliseconds(0));
  }
  EXPECT_TRUE(until([&] { return has(wait_ack(*driver), "100 commands"); }));
}

}  // namespace
}  // namespace sdr::testing
