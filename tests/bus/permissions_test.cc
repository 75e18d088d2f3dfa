// SPDX-License-Identifier: Apache-2.0
// Each service's user on a real server with the configuration that `sdr up` writes: what it may do, and what not.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/users.h"
#include "tests/bus/bus_fixture.h"

namespace sdr::bus {
namespace {

using testing::NatsServer;

struct Rule {
  const char* user;
  std::vector<const char*> may_publish, may_not_publish, may_subscribe, may_not_subscribe;
};

const Rule kRules[] = {
    {"sim",
     {"telemetry.joints", "telemetry.imu", "telemetry.safety.state", "telemetry.command.ack", "telemetry.clock",
      "telemetry.frame.stats", "telemetry.robot.list", "sim.metrics.physics"},
     {"control.cmd_vel", "control.estop_clear", "telemetry.control.lease", "telemetry.safety.video_gate",
      "episodes.1.meta", "telemetry.other", "$JS.API.INFO"},
     {"control.>", "telemetry.control.lease", "telemetry.safety.video_gate", "telemetry.safety.state"},
     {">", "telemetry.>", "_INBOX.>", "$SYS.>"}},
    {"transport",
     {"control.cmd_vel", "control.estop", "control.request_idr", "telemetry.safety.video_gate",
      "telemetry.control.lease"},
     {"telemetry.safety.state", "telemetry.clock", "telemetry.command.ack", "telemetry.joints", "sim.metrics.physics",
      "train.1.metrics", "cluster.assign", "$JS.API.STREAM.DELETE.EPISODES"},
     {"telemetry.>", "sim.metrics.physics", "train.*.metrics"},
     {">", "control.>", "control.cmd_vel", "episodes.>", "_INBOX.>"}},
    {"sdr",
     {},
     {"control.cmd_vel", "control.estop_clear", "telemetry.safety.state", "anything"},
     {"telemetry.>", "telemetry.safety.state", "sim.metrics.>"},
     {">", "control.>"}},
    {"recorder",
     {"episodes.1.meta", "episodes.1.frame", "datasets.walk.1", "$JS.API.STREAM.CREATE.EPISODES",
      "$JS.API.CONSUMER.CREATE.EPISODES", "$JS.ACK.EPISODES.c.1.1.1.1.0"},
     {"control.cmd_vel", "telemetry.joints", "train.1.metrics", "$JS.API.STREAM.DELETE.EPISODES",
      "$JS.API.STREAM.CREATE.TRAIN", "$JS.API.STREAM.PURGE.TRAIN"},
     {"telemetry.>", "control.>", "_INBOX.recorder.>"},
     {">", "_INBOX.>", "_INBOX.train.>"}},
    {"train",
     {"train.1.metrics", "train.1.checkpoint", "$JS.API.STREAM.CREATE.TRAIN", "$JS.API.CONSUMER.CREATE.DATASETS"},
     {"control.load_policy", "episodes.1.meta", "datasets.walk.1", "$JS.API.STREAM.UPDATE.DATASETS"},
     {"_INBOX.train.>"},
     {"telemetry.>", "control.>"}},
    {"ros-bridge",
     {"telemetry.joints", "telemetry.tf", "telemetry.safety.state", "control.estop"},
     {"control.cmd_vel", "control.estop_clear", "telemetry.control.lease", "sim.metrics.physics"},
     {"control.>", "telemetry.>"},
     {">", "episodes.>"}},
    {"agent",
     {"cluster.node.a.heartbeat", "cluster.assign", "$KV.CLUSTER.a"},
     {"control.cmd_vel", "telemetry.joints", "train.1.metrics"},
     {"cluster.>"},
     {"telemetry.>", "control.>"}},
};

class PermissionsTest : public BusFixture {
 protected:
  void serve(const std::string& of_namespace) {
    name_space = of_namespace;
    std::vector<BusPassword> passwords;
    for (const BusUser& user : bus_users()) passwords.push_back({std::string(user.name), password_of(user.name)});
    std::ofstream(folder.file("users.conf")) << authorization_block(passwords, name_space);
    server = std::make_unique<NatsServer>(std::vector<std::string>{"--config", folder.file("users.conf")});
  }
  static std::string password_of(std::string_view user) { return "password-of-" + std::string(user); }

  std::unique_ptr<Bus> log_in(std::string_view user, Registry& registry) {
    auto bus = std::make_unique<Bus>(loop_, registry,
                                     BusConfig{.url = server->url(),
                                               .service = std::string(user),
                                               .name_space = {},
                                               .user = login_name(user, name_space),
                                               .password = password_of(user)});
    bus->start();
    EXPECT_TRUE(until([&] { return bus->state() == BusState::connected; })) << user << ": " << bus->last_error();
    return bus;
  }

  static uint64_t violations(Registry& registry) {
    return registry.counter("nats_permission_violations_total", "").value();
  }
  std::string within(const std::string& subject) const {
    return name_space.empty() || subject[0] == '$' || subject[0] == '_' ? subject : name_space + "." + subject;
  }

  // The server's refusals come in the order of what it refuses: after `last`, which is forbidden, all have come.
  void check(const Rule& rule) {
    Registry registry;
    const std::unique_ptr<Bus> bus = log_in(rule.user, registry);
    for (const char* subject : rule.may_publish) bus->publish(within(subject), "{}");
    for (const char* subject : rule.may_subscribe) bus->subscribe(within(subject), [](const Message&) {});
    bus->publish("forbidden.to.all", "{}");
    ASSERT_TRUE(until([&] { return violations(registry) >= 1; })) << rule.user;
    EXPECT_EQ(violations(registry), 1u) << rule.user << " was refused what it needs";
    uint64_t expected = 1;
    const auto is_refused = [&](const char* subject) {
      ++expected;
      EXPECT_TRUE(until([&] { return violations(registry) >= expected; })) << rule.user << " may use " << subject;
    };
    for (const char* subject : rule.may_not_publish) {
      bus->publish(within(subject), "{}");
      is_refused(subject);
    }
    for (const char* subject : rule.may_not_subscribe) {
      bus->subscribe(subject == std::string(">") ? subject : within(subject), [](const Message&) {});
      is_refused(subject);
    }
    EXPECT_EQ(bus->state(), BusState::connected) << "a refusal ends nothing";
  }

  testing::TemporaryFolder folder;
  std::string name_space;
  std::unique_ptr<NatsServer> server;
};

TEST_F(PermissionsTest, AreKeptForEachUser) {
  serve("");
  std::set<std::string_view> checked;
  for (const Rule& rule : kRules) {
    check(rule);
    checked.insert(rule.user);
  }
  for (const BusUser& user : bus_users()) EXPECT_TRUE(checked.contains(user.name)) << user.name;
}

TEST_F(PermissionsTest, HoldWithinANamespaceAlone) {
  serve("site.one");
  for (const Rule& rule : kRules) {
    if (rule.user == std::string("sim") || rule.user == std::string("transport")) check(rule);
  }
  Registry registry;
  const std::unique_ptr<Bus> bus = log_in("transport", registry);
  uint64_t expected = 0;
  for (const char* subject : {"control.cmd_vel", "site.two.control.cmd_vel", "site.one.telemetry.clock"}) {
    bus->publish(subject, "{}");
    ++expected;
    EXPECT_TRUE(until([&] { return violations(registry) >= expected; })) << subject;
  }
}

TEST_F(PermissionsTest, LetTheRobotHearTheTransportAndTheTransportTheRobot) {
  serve("");
  Registry registry;
  const std::unique_ptr<Bus> robot = log_in("sim", registry), transport = log_in("transport", registry);
  bool commanded = false, told = false;
  robot->subscribe("control.>", [&](const Message&) { commanded = true; });
  transport->subscribe("telemetry.>", [&](const Message&) { told = true; });
  EXPECT_TRUE(until([&] { return transport->publish("control.cmd_vel", "{}"), commanded; }));
  EXPECT_TRUE(until([&] { return robot->publish("telemetry.clock", "{}"), told; }));
  EXPECT_EQ(violations(registry), 0u);
}

TEST_F(PermissionsTest, AreForNobodyWithoutItsPassword) {
  serve("");
  for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"sim", ""}, {"sim", "wrong"}, {"transport", password_of("sim")}}) {
    Registry registry;
    Bus bus(loop_, registry,
            {.url = server->url(), .service = "stranger", .name_space = {}, .user = user, .password = password});
    bus.start();
    EXPECT_TRUE(until([&] { return bus.last_error().find("uthorization") != std::string::npos; })) << bus.last_error();
    EXPECT_EQ(bus.state(), BusState::connecting);
  }
}

}  // namespace
}  // namespace sdr::bus
