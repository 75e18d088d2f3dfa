// SPDX-License-Identifier: Apache-2.0
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

class TransportVideo : public TransportTest {};

TEST_F(TransportVideo, StartsAViewerFromTheKeptKeyframeAndTheFramesSince) {
  open_ring();
  start();
  write_frame(true);
  for (int i = 0; i < 5; ++i) write_frame(false);
  auto client = connect();
  for (uint64_t seq = 1; seq <= 6; ++seq) {
    const auto frame = wait_frame(*client);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->frame_seq, seq);
    EXPECT_EQ(frame->is_keyframe(), seq == 1);
  }
  auto later = connect();
  EXPECT_EQ(wait_frame(*later)->frame_seq, 1u);
}

TEST_F(TransportVideo, AsksForAKeyframeWhereTheKeptOneIsTooOld) {
  open_ring();
  start();
  write_frame(true);
  for (int i = 0; i < 40; ++i) write_frame(false);
  heard.clear();
  auto client = connect();
  ASSERT_TRUE(wait_bus("control.request_idr"));
  write_frame(false);
  write_frame(true);
  const auto first = wait_frame(*client);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is_keyframe());
  EXPECT_EQ(first->frame_seq, 43u);
}

TEST_F(TransportVideo, GivesEveryViewerTheSameBytes) {
  open_ring();
  start();
  std::vector<std::shared_ptr<WsClient>> viewers;
  for (int i = 0; i < 20; ++i) viewers.push_back(connect());
  write_frame(true, 100'000);
  for (int i = 0; i < 10; ++i) {
    write_frame(false, 16'700);
    for (auto& viewer : viewers) ASSERT_TRUE(wait_frame(*viewer));
  }
  for (auto& viewer : viewers) EXPECT_EQ(wait_frame(*viewer)->frame_seq, 11u);
  EXPECT_EQ(transport->registry().counter("frames_dropped_total", "").value(), 0u);
}

TEST_F(TransportVideo, LetsOneViewerWatchAnotherCamera) {
  open_ring("frames.front");
  write_frame(true);
  start();
  EXPECT_NE(connect("?camera=none")->answer().find("404"), std::string::npos);
  EXPECT_NE(connect("?camera=../x")->answer().find("400"), std::string::npos);
  auto client = connect("?camera=front");
  EXPECT_TRUE(client->open());
  EXPECT_EQ(wait_frame(*client)->frame_seq, 1u);
}

TEST_F(TransportVideo, SendsNoneWhileAViewerWantsNoneAndTelemetryAllTheSame) {
  open_ring();
  start();
  auto client = connect();
  write_frame(true);
  ASSERT_TRUE(wait_frame(*client));
  client->command(R"({"action":"watch","cmd_seq":1,"data":{"video":false}})");
  EXPECT_NE(wait_ack(*client).find("\"ok\""), std::string::npos);
  client->messages.clear();
  for (int i = 0; i < 10; ++i) {
    write_frame(false);
    say_clock();
    EXPECT_NE(wait_telemetry(*client, "telemetry.clock"), "");  // takes what stands before it, which is no frame
  }
  EXPECT_EQ(counter("frames_sent_total"), 1u);
  client->command(R"({"action":"watch","cmd_seq":2,"data":{"video":true}})");
  const auto first = wait_frame(*client);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is_keyframe());
}

TEST_F(TransportVideo, DropsToTheNextKeyframeForWhoIsBehindAndLetsGoOfWhoIsStuck) {
  options.slow_client_ms = 400;
  options.backlog_ms = 100;
  open_ring();
  start();
  auto reader = connect();
  WsClient sleeper(transport->address());  // never polled
  ASSERT_TRUE(until([&] { return transport->hub().count() == 2; }));
  write_frame(true, 50'000);
  ASSERT_TRUE(wait_frame(*reader));
  uint64_t seen = 1;
  // The reader misses nothing, however long the other sleeps.
  ASSERT_TRUE(until([&] {
    write_frame(seen % 50 == 0, 50'000);
    const auto frame = wait_frame(*reader);
    EXPECT_EQ(frame ? frame->frame_seq : 0, ++seen);
    return counter("clients_closed_slow_total") == 1 || HasFailure();
  }));
  EXPECT_GT(counter("frames_dropped_total"), 0u);
  EXPECT_TRUE(until([&] { return transport->hub().count() == 1; }));
}

TEST_F(TransportVideo, CarriesTelemetryBehindFramesAndWithoutThem) {
  open_ring();
  start();
  auto client = connect();
  bool seen = false;
  // Said again and again: the transport subscribes to values when somebody comes, and the server hears of it later.
  const auto say_until_seen = [&](const std::string& payload, const std::string& part, bool frames) {
    seen = false;
    return until([&] {
      if (frames) write_frame(false);
      robot->publish("telemetry.velocity", payload);
      while (!client->messages.empty()) {
        seen = seen || telemetry(client->messages.front(), "telemetry.velocity").find(part) != std::string::npos;
        client->messages.pop_front();
      }
      return seen;
    });
  };
  EXPECT_TRUE(say_until_seen(R"({"commanded":{},"measured":{}})", "measured", false));
  write_frame(true);
  ASSERT_TRUE(wait_frame(*client));
  EXPECT_TRUE(say_until_seen(R"({"commanded":{},"measured":{"linear":{"x":1}}})", "\"x\":1", true));
}

TEST_F(TransportVideo, DropsTelemetryThatIsNotWhatItsSubjectSays) {
  open_ring();
  start();
  auto client = connect();
  ASSERT_TRUE(until([&] { return transport->hub().count() == 1; }));
  robot->publish("telemetry.safety.state", "{not json");
  robot->publish("telemetry.safety.state", R"({"state_id":1,"mode":"HOLD","reason":"idle","since_ms":5})");
  EXPECT_NE(wait_telemetry(*client, "telemetry.safety.state").find("HOLD"), std::string::npos);
  EXPECT_EQ(counter("telemetry_malformed_total"), 1u);
}

}  // namespace
}  // namespace sdr::testing
