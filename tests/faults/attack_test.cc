// SPDX-License-Identifier: Apache-2.0
// Who floods, dawdles, pushes in, or plays back what was sent before: the robot is driven by its operator and nobody
// else, and the operator is not disturbed for long.
#include <gtest/gtest.h>

#include <random>

#include "bus/bus.h"
#include "schema/subjects.h"
#include "tests/faults/stand.h"

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;
using schema::Action;
using schema::Mode;

class Attack : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missing_for_stand(); !missing.empty()) GTEST_SKIP() << missing;
    stand_ = std::make_unique<Stand>();
    stand_->drive();
  }
  void TearDown() override {
    if (!stand_) return;
    EXPECT_TRUE(stand_->all_alive());
    stand_->drive();  // the operator has it as before
    EXPECT_EQ(stand_->witness().findings(), std::vector<std::string>());
    EXPECT_EQ(stand_->end(), "");
  }

  Operator& pilot() { return stand_->pilot(); }
  Witness& witness() { return stand_->witness(); }
  std::unique_ptr<Operator> join() {
    auto other = std::make_unique<Operator>(stand_->loop, stand_->transport_address());
    other->connect();
    stand_->require("another client hears the robot", [&] { return other->robot_us() != 0; });
    return other;
  }
  /// The operator lets go, and the robot stands.
  void let_go() {
    pilot().set_stick(0.0);
    stand_->require("the robot stands", [&] { return witness().speed() == 0.0; });
    pilot().set_stick({});
    stand_->require("nobody drives", [&] { return witness().mode() == Mode::hold; });
  }
  /// Nothing of what was sent may move the robot, now or a little later.
  void expect_still_since(uint64_t since_us) {
    stand_->run_for(700ms);
    EXPECT_FALSE(witness().moved_since(since_us));
  }

  std::unique_ptr<Stand> stand_;
};

// --- of those who overload ---

TEST_F(Attack, AClientThatFloodsIsClosed) {
  auto flooder = join();
  std::string flood;
  for (int i = 0; i < 1500; ++i) flood += std::string("\x82\x81\x00\x00\x00\x00\x7f", 7);
  flooder->raw().send_raw(flood);
  stand_->require("the flooder is closed", [&] { return !flooder->connected(); });
  EXPECT_EQ(witness().mode(), Mode::armed);
}

TEST_F(Attack, TwistsBeyondTheRateAreRefusedAndHarmNobody) {
  auto flooder = join();
  const std::string text = pilot().last_twist();
  for (int i = 0; i < 300; ++i) flooder->raw().command(text);
  stand_->require("the flood is refused", [&] { return flooder->refusals() > 100; });
}

TEST_F(Attack, AThousandConnectionsThatSayNothingOrDawdleShutNobodyOut) {
  std::vector<FileDescriptor> connections;
  for (int i = 0; i < 1000; ++i) {
    auto socket = net::connect_tcp(stand_->transport_address());
    if (socket) connections.push_back(std::move(*socket));
    if (i % 50 == 0) stand_->run_for(5ms);
  }
  // Half of them give a request a letter at a time.
  const std::string request = "GET /stream/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
  for (size_t letter = 0; letter < 20; ++letter) {
    for (size_t i = 0; i < connections.size(); i += 2) {
      (void)::send(connections[i].get(), &request[letter], 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    stand_->run_for(20ms);
  }
  const uint64_t frames = pilot().frames();
  stand_->require("the operator's frames go on", [&] { return pilot().frames() > frames + 10; });
  connections.clear();
  const auto late = join();
  stand_->require("a viewer who comes later sees the robot", [&] { return late->frames() > 5; });
}

// --- of those who push in ---

TEST_F(Attack, ASecondClientNeitherDrivesNorInheritsTheRobot) {
  auto intruder = join();
  intruder->set_stick(-0.4);
  stand_->require("the intruder is refused", [&] { return intruder->refusals() > 20; });
  EXPECT_EQ(intruder->lease().holder, pilot().lease().you);
  pilot().set_stick({});
  pilot().disconnect();
  stand_->require("the robot stands", [&] { return witness().speed() == 0.0; });
  // Whoever held a stick while another drove must let go first.
  const uint64_t since_us = monotonic_us();
  expect_still_since(since_us);
  // But anybody may stop it.
  intruder->send(Action::estop, schema::EstopData{});
  stand_->require("ESTOP by a viewer", [&] { return witness().mode() == Mode::estop; });
  intruder->set_stick({});
}

TEST_F(Attack, NonsenseOnTheBusIsAnsweredOrDropped) {
  Registry registry;
  bus::Bus bus(stand_->loop, registry,
               {.url = stand_->nats_url(), .service = "intruder", .name_space = {}, .user = {}, .password = {}});
  bus.start();
  stand_->require("the bus", [&] { return bus.state() == bus::BusState::connected; });
  std::mt19937 random(11);
  std::string sample = R"({"client":"x","epoch":99999999999999,"cmd_seq":1,"echo_us":1,"data":{"linear":{"x":1e308}}})";
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = sample;
    for (int change = 0; change < 3; ++change) bytes[random() % bytes.size()] = static_cast<char>(random());
    static constexpr const char* kSubjects[] = {
        "control.cmd_vel", "control.set_mode", "control.settings",           "control.nothing",
        "control.gripper", "telemetry.clock",  "telemetry.safety.video_gate"};
    bus.publish(kSubjects[random() % std::size(kSubjects)], bytes);
    if (i % 100 == 0) stand_->run_for(5ms);
  }
  stand_->run_for(100ms);
}

// --- of those who play back ---

TEST_F(Attack, ATwistPlayedBackMovesNothing) {
  auto intruder = join();
  const std::string recorded = pilot().last_twist();
  let_go();
  const uint64_t since_us = monotonic_us(), refusals = pilot().refusals();
  pilot().raw().command(recorded);    // the same number once more
  intruder->raw().command(recorded);  // by somebody for whom the number is new
  stand_->require("both are refused", [&] { return pilot().refusals() > refusals && intruder->refusals() > 0; });
  expect_still_since(since_us);
}

TEST_F(Attack, TwistsOutOfOrderOrPlayedBackOnTheBusMoveNothing) {
  Registry registry;
  bus::Bus bus(stand_->loop, registry,
               {.url = stand_->nats_url(), .service = "intruder", .name_space = {}, .user = {}, .password = {}});
  std::vector<std::string> recorded;
  bus.subscribe("control.cmd_vel", [&](const bus::Message& message) { recorded.emplace_back(message.payload); });
  bus.start();
  stand_->require("twists on the bus", [&] { return recorded.size() > 20; });
  let_go();
  const std::vector<std::string> twists = recorded;
  const uint64_t since_us = monotonic_us(), refused = witness().audit().refused;
  for (auto twist = twists.rbegin(); twist != twists.rend(); ++twist) bus.publish("control.cmd_vel", *twist);
  // As new ones, too: what they echo is old all the same.
  for (std::string twist : twists) {
    const size_t seq = twist.find("\"cmd_seq\":") + 10;
    bus.publish("control.cmd_vel", twist.insert(seq, "9"));
  }
  stand_->require("all are refused", [&] { return witness().audit().refused >= refused + 2 * twists.size(); });
  expect_still_since(since_us);
  pilot().disconnect();  // its numbers are used up at the robot side; it comes again under another name
}

// --- ESTOP ---

TEST_F(Attack, EstopIsHeldOverACrashOfTheSimulator) {
  pilot().send(Action::estop, schema::EstopData{});
  stand_->require("ESTOP", [&] { return witness().mode() == Mode::estop && pilot().safety().mode == Mode::estop; });
  const uint64_t since_us = monotonic_us();
  for (int i = 0; i < 2; ++i) {
    stand_->restart_sim();
    EXPECT_EQ(witness().mode(), Mode::estop);
    EXPECT_EQ(witness().reason(), schema::SafetyReason::estop_command);
    expect_still_since(since_us);  // with the stick where it was
  }
}

}  // namespace
}  // namespace sdr::faults
