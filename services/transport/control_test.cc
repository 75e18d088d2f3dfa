// SPDX-License-Identifier: Apache-2.0
#include "transport/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/testing/allocations.h"
#include "transport/client.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

/// Takes what is published and keeps the newest.
class LoggingBus final : public BusPort {
 public:
  bool connected() const override { return up; }
  bool publish(std::string_view subject, std::string_view payload) override {
    if (!up) return false;
    ++count;
    last_subject.assign(subject);
    last_payload.assign(payload);
    return true;
  }
  bool up = true;
  size_t count = 0;
  std::string last_subject, last_payload;
};

class ControlTest : public ::testing::Test {
 protected:
  ControlTest()
      : supervision(bus, registry, now, 1000, "0", {.on_lease = [this] { ++lease_changes; }, .on_gate = [](auto) {}}),
        control(bus, supervision, registry,
                {.answer = [this](Commander&, const schema::CommandAck&,
                                  std::string_view payload) { last_answer.assign(payload); },
                 .want_keyframe = [](Commander&, const auto&) { return true; },
                 .watch = [](Commander&, bool) { return true; },
                 .role_of = [](auto) { return schema::Role::operator_; },
                 .now = [this] { return now; }}) {
    supervision.on_frames_seen(1, now);
    supervision.on_frames_seen(2, now);
    supervision.on_robot_clock(5'000'000, now);
  }
  std::unique_ptr<Client> make_client(const std::string& id, bool loopback = true) {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    ends.emplace_back(pair[1]);
    auto client = std::make_unique<Client>(loop, net::Stream(FileDescriptor(pair[0])), id, loopback);
    client->identity.role = schema::Role::operator_;
    return client;
  }
  void send(Client& client, const std::string& json) {
    control.on_command(client, json);
    control.on_read_end(client);
  }
  static std::string twist(uint64_t seq, const std::string& more = "") {
    return R"({"action":"cmd_vel","cmd_seq":)" + std::to_string(seq) + more + R"(,"data":{"linear":{"x":0.2}}})";
  }
  /// The age of the newest frame as the gate sees it stays small.
  void pass_time(Duration step) {
    now += step;
    supervision.on_frames_seen(++sequence, now);
    supervision.on_robot_clock(5'000'000 + to_us(now), now);
  }

  EventLoop loop;
  Registry registry;
  Time now{1h};
  uint64_t sequence = 2;
  LoggingBus bus;
  int lease_changes = 0;
  std::string last_answer;
  std::vector<FileDescriptor> ends;
  Supervision supervision;
  Control control;
};

TEST_F(ControlTest, PassesATwistWithoutAllocating) {
  const auto client = make_client("driver");
  uint64_t seq = 0;
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i)
    texts.push_back(twist(++seq, R"(,"ttl_ms":300,"echo_us":5000000,"correlation_id":"abc")"));
  for (size_t i = 0; i < 100; ++i) pass_time(20ms), send(*client, texts[i]);
  const uint64_t before = testing::allocations_of_this_thread();
  for (size_t i = 100; i < 400; ++i) pass_time(20ms), send(*client, texts[i]);
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
  EXPECT_EQ(bus.last_subject, "control.cmd_vel");
  EXPECT_NE(bus.last_payload.find("\"cmd_seq\":400"), std::string::npos) << last_answer;
}

TEST_F(ControlTest, FillsInTheEchoOnLoopbackOnly) {
  const auto near = make_client("near"), far = make_client("far", false);
  send(*near, twist(1));
  EXPECT_NE(bus.last_payload.find("\"echo_us\":5000000"), std::string::npos);
  send(*near, R"({"action":"lease","cmd_seq":1,"data":{"op":"release"}})");
  pass_time(3s);
  send(*far, twist(1));
  EXPECT_NE(last_answer.find("echo_us"), std::string::npos);
}

TEST_F(ControlTest, AnEstopPassesEverything) {
  const auto client = make_client("anyone");
  for (int i = 0; i < 500; ++i) send(*client, R"({"action":"estop"})");
  EXPECT_EQ(bus.last_subject, "control.estop");
  bus.up = false;
  send(*client, R"({"action":"estop"})");
  EXPECT_NE(last_answer.find("\"error\""), std::string::npos);
}

TEST_F(ControlTest, AClosedGateRefusesTwistsAndGrantsNoLease) {
  const auto client = make_client("driver");
  now += 2s;
  supervision.tick(now);
  send(*client, twist(1));
  EXPECT_NE(last_answer.find("\"refused\""), std::string::npos);
  EXPECT_FALSE(supervision.lease().holder());
}

TEST_F(ControlTest, LosesTheLeaseBySilenceWithOneZeroTwist) {
  const auto client = make_client("driver");
  send(*client, twist(1));
  EXPECT_TRUE(supervision.lease().held_by("driver"));
  for (int i = 0; i < 21; ++i) pass_time(500ms), supervision.tick(now);
  EXPECT_FALSE(supervision.lease().holder());
  EXPECT_EQ(registry.counter("zero_twists_total", "").value(), 1u);
}

TEST_F(ControlTest, AReleaseIsNotUndoneByATwistThatCameBeforeIt) {
  const auto client = make_client("driver");
  send(*client, twist(1));
  control.on_command(*client, twist(2));
  control.on_command(*client, R"({"action":"lease","cmd_seq":1,"data":{"op":"release"}})");
  control.on_read_end(*client);
  EXPECT_FALSE(supervision.lease().holder());
}

TEST_F(ControlTest, RefusesMoreThanSixteenCommandsThatComeTogether) {
  const auto client = make_client("driver");
  for (uint64_t i = 1; i <= 17; ++i) {
    control.on_command(*client, R"({"action":"request_keyframe","cmd_seq":)" + std::to_string(i) + R"(,"data":{}})");
  }
  EXPECT_NE(last_answer.find("too many"), std::string::npos);
  control.on_read_end(*client);
  send(*client, R"({"action":"request_keyframe","cmd_seq":18,"data":{}})");
  EXPECT_NE(last_answer.find("\"ok\""), std::string::npos);
}

}  // namespace
}  // namespace sdr::transport
