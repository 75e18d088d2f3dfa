// SPDX-License-Identifier: Apache-2.0
// The bus against a real server: what must hold when it is there, gone, frozen and back.
#include "bus/bus.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/config.h"
#include "base/testing/allocations.h"
#include "bus/inbox.h"
#include "bus/typed.h"
#include "schema/subjects.h"
#include "tests/bus/bus_fixture.h"

namespace sdr::bus {
namespace {

using testing::NatsServer;

class BusTest : public BusFixture {
 protected:
  uint64_t metric(const std::string& line_start) {
    const std::string text = registry_.render();
    const size_t at = text.find("\n" + line_start + " ");
    return at == std::string::npos ? 0 : std::stoull(text.substr(at + line_start.size() + 2));
  }
};

TEST_F(BusTest, CarriesATypedPayload) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  std::vector<schema::RobotClock> received;
  subscribe<schema::RobotClock>(receiver, schema::subjects::kTelemetryClock,
                                [&](const schema::RobotClock& clock) { received.push_back(clock); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  ASSERT_TRUE(publish(sender, schema::subjects::kTelemetryClock, schema::RobotClock{123456789}));
  ASSERT_TRUE(until([&] { return !received.empty(); }));
  EXPECT_EQ(received[0].robot_us, 123456789u);
  EXPECT_EQ(metric("nats_messages_total{direction=\"in\",subject=\"telemetry.clock\"}") +
                metric("nats_messages_total{subject=\"telemetry.clock\",direction=\"in\"}"),
            1u);
}

TEST_F(BusTest, KeepsNamespacesApart) {
  NatsServer server;
  Bus one(loop_, registry_, config(server.url(), "site.one")), same(loop_, registry_, config(server.url(), "site.one"));
  Bus other(loop_, registry_, config(server.url(), "two"));
  std::vector<std::string> at_same, at_other;
  same.subscribe("telemetry.>", [&](const Message& m) { at_same.emplace_back(m.subject); });
  other.subscribe("telemetry.>", [&](const Message& m) { at_other.emplace_back(m.subject); });
  ASSERT_TRUE(connect(one) && connect(same) && connect(other) && reaches(one, same));
  one.publish("telemetry.imu", "{}");
  ASSERT_TRUE(until([&] { return !at_same.empty(); }));
  EXPECT_EQ(at_same[0], "telemetry.imu");
  other.publish("telemetry.odom", "{}");
  ASSERT_TRUE(reaches(one, same));
  EXPECT_TRUE(at_other.empty());
}

TEST_F(BusTest, StartsWithoutAServerAndFindsItLater) {
  NatsServer server;
  server.kill();
  Bus bus(loop_, registry_, config(server.url())), peer(loop_, registry_, config(server.url()));
  bool arrived = false;
  bus.subscribe("telemetry.imu", [&](const Message&) { arrived = true; });
  bus.start();
  peer.start();
  EXPECT_EQ(bus.state(), BusState::connecting);
  EXPECT_FALSE(bus.publish("telemetry.odom", "{}"));
  server.restart();
  ASSERT_TRUE(until([&] { return bus.state() == BusState::connected && peer.state() == BusState::connected; }));
  EXPECT_TRUE(until([&] { return peer.publish("telemetry.imu", "{}"), arrived; }));
}

TEST_F(BusTest, ResumesSubscriptionsAndReplaysNothingAfterARestart) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  std::vector<std::string> received;
  std::vector<BusState> states;
  sender.on_state([&](BusState state) { states.push_back(state); });
  receiver.subscribe("control.cmd_vel", [&](const Message& m) { received.emplace_back(m.payload); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));

  server.kill();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::lost && receiver.state() == BusState::lost; }));
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(sender.publish("control.cmd_vel", "stale"));
  server.restart();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::connected && receiver.state() == BusState::connected; }));
  ASSERT_TRUE(until([&] { return sender.publish("control.cmd_vel", "fresh"), !received.empty(); }));

  for (const std::string& payload : received) EXPECT_EQ(payload, "fresh");
  EXPECT_EQ(states, (std::vector{BusState::connected, BusState::lost, BusState::connected}));
  EXPECT_EQ(metric("nats_dropped_total{cause=\"not_connected\"}"), 200u);
}

TEST_F(BusTest, NoticesAFrozenServerAndSendsNothingLateToItOnceLost) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  std::vector<std::string> received;
  receiver.subscribe("control.cmd_vel", [&](const Message& m) { received.emplace_back(m.payload); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  server.freeze();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::lost; }));
  EXPECT_FALSE(sender.publish("control.cmd_vel", "stale"));
  server.thaw();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::connected && receiver.state() == BusState::connected; }));
  ASSERT_TRUE(until([&] { return sender.publish("control.cmd_vel", "fresh"), !received.empty(); }));
  for (const std::string& payload : received) EXPECT_EQ(payload, "fresh");
}

TEST_F(BusTest, GivesUpAServerThatReadsNothingOnceItsSocketIsFull) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  size_t broken = 0, fresh = 0;
  receiver.subscribe("telemetry.>", [&](const Message& m) {
    fresh += m.payload == "fresh";
    broken += m.payload != "fresh" && m.payload.find_first_not_of('x') != m.payload.npos;
  });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  server.freeze();
  const std::string large(32 * 1024, 'x');
  size_t taken = 0;
  while (taken < 4096 && sender.publish("telemetry.odom", large)) ++taken;
  EXPECT_LT(taken, 4096u) << "the kernel holds megabytes, not hundreds of them";
  // Half of a message may have left: nothing more is written behind it.
  EXPECT_FALSE(sender.publish("telemetry.odom", "late"));
  ASSERT_TRUE(until([&] { return sender.state() == BusState::lost; }));
  server.thaw();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::connected && receiver.state() == BusState::connected; }));
  ASSERT_TRUE(until([&] { return sender.publish("telemetry.odom", "fresh"), fresh > 0; }));
  EXPECT_EQ(broken, 0u);
}

TEST_F(BusTest, StartsAndPublishesWithoutWaitingForAFrozenServer) {
  NatsServer server;
  server.freeze();
  Bus bus(loop_, registry_, config(server.url()));
  bus.start();
  EXPECT_EQ(bus.state(), BusState::connecting);
  EXPECT_FALSE(bus.publish("telemetry.odom", "{}"));
  server.thaw();
  EXPECT_TRUE(until([&] { return bus.state() == BusState::connected; }));
}

TEST_F(BusTest, CountsAndDropsWhatDoesNotParse) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  int good = 0;
  subscribe<schema::RobotClock>(receiver, "telemetry.clock", [&](const schema::RobotClock&) { ++good; });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  for (const char* payload : {"", "{", "[]", "{\"robot_us\":-1}", "{\"robot_us\":\"1\"}", "\xff\xfe"}) {
    sender.publish("telemetry.clock", payload);
  }
  sender.publish("telemetry.clock", "{\"robot_us\":7}");
  ASSERT_TRUE(until([&] { return good == 1; }));
  EXPECT_EQ(metric("nats_malformed_total{subject=\"telemetry.clock\"}"), 6u);
}

TEST_F(BusTest, LetsAnEventOvertakeAFloodOfValuesOfWhichTheNewestCount) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  std::vector<std::string> received;
  receiver.subscribe("control.>", [&](const Message& m) { received.emplace_back(m.payload); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  // The loop stands still while the flood comes in, more than is read at a time.
  constexpr size_t kFlood = 400, kSize = 100;
  for (size_t i = 0; i < kFlood; ++i) {
    sender.publish("control.cmd_vel", std::to_string(i) + std::string(kSize, ' '));
  }
  sender.publish("control.estop", "stop");
  const Time give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (server.delivered_unread() < kFlood * kSize + 4 && std::chrono::steady_clock::now() < give_up) {
  }
  ASSERT_TRUE(until([&] { return received.size() > Inbox::kValuesMax; }));
  EXPECT_EQ(received.front(), "stop");
  EXPECT_EQ(received.size(), Inbox::kValuesMax + 1);
  EXPECT_TRUE(received.back().starts_with(std::to_string(kFlood - 1))) << received.back();
  EXPECT_EQ(metric("nats_dropped_total{cause=\"inbox_full_values\"}"), kFlood - Inbox::kValuesMax);
}

TEST_F(BusTest, AllocatesNothingOfItsOwnInSteadyState) {
  NatsServer server;
  Bus sender(loop_, registry_, config(server.url())), receiver(loop_, registry_, config(server.url()));
  int received = 0;
  subscribe<schema::Velocity>(receiver, "telemetry.velocity", [&](const schema::Velocity&) { ++received; });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  const auto turn = [&] {
    const int before = received;
    publish(sender, "telemetry.velocity", schema::Velocity{{{0.5, 0, 0}, {}}, {}});
    return until([&] { return received > before; });
  };
  // As often as the inbox has slots, each of which gets its memory once.
  for (size_t i = 0; i < Inbox::kValuesMax + 10; ++i) ASSERT_TRUE(turn());
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(turn());
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

TEST_F(BusTest, KeepsTryingWhereTheServerRefusesItsCredentials) {
  NatsServer server({"--user", "robot", "--pass", "right"});
  BusConfig wrong = config(server.url());
  wrong.user = "robot";
  wrong.password = "wrong";
  Bus bus(loop_, registry_, wrong);
  bus.start();
  const auto is_told = [&] { return bus.last_error().find("uthorization") != std::string::npos; };
  ASSERT_TRUE(until(is_told)) << bus.last_error();
  EXPECT_EQ(bus.state(), BusState::connecting);
  server.restart({"--user", "robot", "--pass", "wrong"});
  EXPECT_TRUE(until([&] { return bus.state() == BusState::connected; }));
}

TEST_F(BusTest, RefusesBadConfiguration) {
  EXPECT_THROW(Bus(loop_, registry_, config("http://127.0.0.1:4222")), ConfigError);
  EXPECT_THROW(Bus(loop_, registry_, config("nats://127.0.0.1:4222", "a..b")), ConfigError);
  EXPECT_THROW(Bus(loop_, registry_, config("nats://127.0.0.1:4222", "a.*")), ConfigError);
}

}  // namespace
}  // namespace sdr::bus
