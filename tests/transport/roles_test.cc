// SPDX-License-Identifier: Apache-2.0
// A viewer watches and may stop the robot; an operator commands; an admin takes control by force.
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

constexpr const char* kViewer = "viewers-token-000001";
constexpr const char* kOperator = "operators-token-0001";
constexpr const char* kAdmin = "admins-token-0000001";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class TransportRoles : public TransportTest {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    if (IsSkipped()) return;
    use_tokens(std::string("viewer ") + kViewer + "\noperator " + kOperator + "\nadmin " + kAdmin + "\n");
    open_ring();
    start();
  }
  /// The gate is open and the robot's clock known.
  void open_gate(WsClient& watcher) {
    write_frame(true);
    ASSERT_TRUE(wait_frame(watcher));
    write_frame(false);
    ASSERT_TRUE(wait_frame(watcher));
    say_clock();
    ASSERT_NE(wait_telemetry(watcher, "telemetry.clock"), "");
    ASSERT_TRUE(
        until([&] { return has(wait_telemetry(watcher, "telemetry.safety.video_gate"), "\"gate\":\"open\""); }));
  }
  std::string ask(WsClient& client, const std::string& action, const std::string& data = "{}") {
    client.command(R"({"action":")" + action + R"(","cmd_seq":)" + std::to_string(++seq_) + R"(,"data":)" + data + "}");
    return wait_ack(client);
  }
  std::string ask_lease(WsClient& client, const std::string& op, const std::string& to = "") {
    return ask(client, "lease", R"({"op":")" + op + "\"" + (to.empty() ? "" : R"(,"to":")" + to + "\"") + "}");
  }
  std::string id_of(WsClient& client) {
    schema::LeaseView view;
    EXPECT_TRUE(schema::parse(wait_telemetry(client, "telemetry.control.lease"), view).ok());
    return view.you.value_or("");
  }
  bool wait_holder(WsClient& client, const std::string& holder) {
    return until(
        [&] { return has(wait_telemetry(client, "telemetry.control.lease"), "\"holder\":\"" + holder + "\""); });
  }

 private:
  uint64_t seq_ = 1;
};

TEST_F(TransportRoles, AViewerCommandsNothingButAStopAndAKeyframe) {
  auto viewer = connect_as(kViewer, "viewer");
  open_gate(*viewer);
  heard.clear();
  for (const char* action : {"cmd_vel", "estop_clear", "reset"}) {
    EXPECT_TRUE(has(ask(*viewer, action), "\"refused\"")) << action;
  }
  EXPECT_TRUE(has(ask(*viewer, "gamepad", R"({"axes":[1],"buttons":[]})"), "\"refused\""));
  for (const char* op : {"acquire", "take", "release"}) {
    EXPECT_TRUE(has(ask_lease(*viewer, op), "\"refused\"")) << op;
  }
  EXPECT_TRUE(has(ask(*viewer, "request_keyframe"), "\"ok\""));
  viewer->command(R"({"action":"estop","cmd_seq":0,"data":{}})");
  ASSERT_TRUE(wait_bus("control.estop"));
  for (const Heard& h : heard) EXPECT_FALSE(h.subject.starts_with("control.cmd_vel")) << h.payload;
}

TEST_F(TransportRoles, AnAdminTakesControlAndAnOperatorDoesNot) {
  auto ann = connect_as(kOperator, "operator"), bob = connect_as(kOperator, "operator");
  auto chief = connect_as(kAdmin, "admin");
  const std::string ann_id = id_of(*ann), chief_id = id_of(*chief);
  EXPECT_TRUE(has(ask_lease(*ann, "acquire"), "\"ok\""));
  EXPECT_TRUE(wait_holder(*bob, ann_id));
  EXPECT_TRUE(has(ask_lease(*bob, "take"), "only an admin"));
  EXPECT_TRUE(has(ask_lease(*bob, "acquire"), "another client"));
  EXPECT_TRUE(has(ask_lease(*bob, "release"), "do not hold"));
  heard.clear();
  EXPECT_TRUE(has(ask_lease(*chief, "take"), "\"ok\""));
  EXPECT_TRUE(wait_holder(*ann, chief_id));
  ASSERT_TRUE(wait_bus("control.cmd_vel"));  // zero: whatever ann was doing ends
  open_gate(*ann);
  EXPECT_TRUE(has(ask(*ann, "cmd_vel", R"({"linear":{"x":0.5}})"), "another client"));
}

TEST_F(TransportRoles, ControlIsHandedToWhoMayDriveAlone) {
  auto ann = connect_as(kOperator, "operator"), bob = connect_as(kOperator, "operator");
  auto viewer = connect_as(kViewer, "viewer");
  const std::string bob_id = id_of(*bob), viewer_id = id_of(*viewer);
  EXPECT_TRUE(has(ask_lease(*ann, "hand", bob_id), "do not hold"));
  EXPECT_TRUE(has(ask_lease(*ann, "acquire"), "\"ok\""));
  EXPECT_TRUE(has(ask_lease(*ann, "hand", viewer_id), "may only watch"));
  EXPECT_TRUE(has(ask_lease(*ann, "hand"), "no such client"));
  EXPECT_TRUE(has(ask_lease(*ann, "hand", bob_id), "\"ok\""));
  EXPECT_TRUE(wait_holder(*viewer, bob_id));
  shutdown(bob->fd(), SHUT_RDWR);
  EXPECT_TRUE(until([&] { return has(wait_telemetry(*viewer, "telemetry.control.lease"), "\"holder\":null"); }));
}

}  // namespace
}  // namespace sdr::testing
