// SPDX-License-Identifier: Apache-2.0
// Three who all want to drive, the real transport, the real simulator: what reaches the robot is one operator's at a
// time.
#include <map>
#include <random>
#include <set>

#include "robot/renderer.h"
#include "tests/sim/running_sim.h"
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

using namespace std::chrono_literals;

/// A page whose person always drives and, by chance, asks for, takes, hands on and gives up control.
struct Operator {
  std::shared_ptr<WsClient> client;
  std::string id;
  uint64_t seq = 0;
  std::set<uint64_t> accepted;  // by the robot side
};

class TransportOperators : public TransportTest {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    if (IsSkipped()) return;
    if (const auto renderer = robot::Renderer::create(); !renderer) {
      GTEST_SKIP() << "no off-screen renderer here: " << renderer.error().message();
    }
    sim::SimOptions simulator;
    make_small(simulator, folder.path(), options.nats_url);
    sim_ = std::make_unique<RunningSim>(simulator);
    open_ring();  // pictures of our own open the gate, however slowly this machine renders
    start();
  }
  void TearDown() override {
    sim_.reset();
    TransportTest::TearDown();
  }

  void add_operator() {
    Operator one;
    one.client = connect();
    schema::LeaseView view;
    ASSERT_TRUE(schema::parse(wait_telemetry(*one.client, "telemetry.control.lease"), view).ok());
    one.id = view.you.value_or("");
    operators_.push_back(std::move(one));
  }

  void say(Operator& who, const std::string& action, const std::string& data) {
    who.client->command(R"({"action":")" + action + R"(","cmd_seq":)" + std::to_string(++who.seq) + R"(,"data":)" +
                        data + "}");
  }
  /// Fifty times a second.
  bool is_time() {
    const Time now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + 20ms;
    write_frame(true);
    return true;
  }
  void drive(Operator& who) { say(who, "cmd_vel", R"({"linear":{"x":0.1}})"); }
  void change_something(Operator& who) {
    const char* const ops[] = {"acquire", "release", "take", "hand"};
    const std::string op = ops[random_() % 4];
    const std::string to = op == "hand" ? R"(,"to":")" + operators_[random_() % operators_.size()].id + "\"" : "";
    say(who, "lease", R"({"op":")" + op + "\"" + to + "}");
  }
  void take_answers(Operator& who) {
    for (; !who.client->messages.empty(); who.client->messages.pop_front()) {
      const std::string text = telemetry(who.client->messages.front(), "telemetry.command.ack");
      schema::CommandAck ack;
      if (text.empty() || !schema::parse(text, ack) || ack.action != "cmd_vel") continue;
      if (ack.status == schema::AckStatus::ok) who.accepted.insert(ack.cmd_seq);
    }
  }
  /// All drive, now and then one of them changes who may; until each has moved the robot often enough.
  bool run_until_all_drove(size_t accepted_each) {
    return until([&] {
      if (!is_time()) return false;
      for (Operator& one : operators_) drive(one), take_answers(one);
      if (random_() % 5 == 0) change_something(operators_[random_() % operators_.size()]);
      return std::all_of(operators_.begin(), operators_.end(),
                         [&](const Operator& one) { return one.accepted.size() >= accepted_each; });
    });
  }

  std::unique_ptr<RunningSim> sim_;
  std::vector<Operator> operators_;
  std::mt19937 random_{20260101};
  Time next_{};
};

TEST_F(TransportOperators, NeverMix) {
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(add_operator());
  heard.clear();
  EXPECT_TRUE(run_until_all_drove(20));

  std::map<uint64_t, std::string> holder_of;                      // by epoch
  std::map<std::pair<std::string, uint64_t>, uint64_t> epoch_of;  // by client and sequence
  uint64_t newest_sent = 0, newest_accepted = 0, accepted = 0;
  // Twists first: on a busy machine the loop is handed an acknowledgement before the twist that it is for.
  for (const Heard& message : heard) {
    schema::ControlEnvelope twist;
    if (message.subject != "control.cmd_vel" || !schema::parse(message.payload, schema::Action::cmd_vel, twist))
      continue;
    EXPECT_GE(twist.epoch, newest_sent);
    newest_sent = twist.epoch;
    if (twist.client.starts_with("transport-")) continue;
    EXPECT_EQ(holder_of.try_emplace(twist.epoch, twist.client).first->second, twist.client);
    epoch_of[{twist.client, twist.cmd_seq}] = twist.epoch;
  }
  for (const Heard& message : heard) {
    schema::CommandAck ack;
    if (message.subject != "telemetry.command.ack" || !schema::parse(message.payload, ack)) continue;
    if (ack.status != schema::AckStatus::ok || !epoch_of.contains({ack.client, ack.cmd_seq})) continue;
    const uint64_t epoch = epoch_of[{ack.client, ack.cmd_seq}];
    EXPECT_GE(epoch, newest_accepted) << "the robot followed an operator of before";
    newest_accepted = epoch;
    ++accepted;
  }
  EXPECT_GE(accepted, 30u);  // enough to mean something; a stalled test is not told every twist
  EXPECT_GE(holder_of.size(), 3u);
}

TEST_F(TransportOperators, NobodyInheritsARobotByHoldingAStick) {
  for (int i = 0; i < 2; ++i) ASSERT_NO_FATAL_FAILURE(add_operator());
  Operator &first = operators_[0], &second = operators_[1];
  ASSERT_TRUE(until([&] {
    if (is_time()) drive(first), take_answers(first);
    return !first.accepted.empty();
  }));
  // The second one pushes the stick too and goes on pushing when the first one leaves.
  drive(second);
  EXPECT_NE(wait_ack(*second.client).find("another client"), std::string::npos);
  shutdown(first.client->fd(), SHUT_RDWR);
  ASSERT_TRUE(until([&] {
    if (is_time()) drive(second);
    return transport->hub().count() == 1;
  }));
  int refused = 0;
  ASSERT_TRUE(until([&] {
    if (is_time()) drive(second), ++refused;
    take_answers(second);
    return refused == 150;  // three seconds of it: longer than the refusal is remembered
  }));
  EXPECT_TRUE(second.accepted.empty());
  say(second, "lease", R"({"op":"acquire"})");
  ASSERT_TRUE(until([&] {
    if (is_time()) drive(second), take_answers(second);
    return !second.accepted.empty();
  }));
}

}  // namespace
}  // namespace sdr::testing
