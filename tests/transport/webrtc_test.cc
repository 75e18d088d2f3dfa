// SPDX-License-Identifier: Apache-2.0
// WebRTC as a viewer meets it: signalled over the WebSocket or by WHEP, on a real UDP port, with a whole viewer's side.
// Pictures are webrtc_media_test.cc's.
#include <random>

#include "rtc/sdp/ice_fragment.h"
#include "schema/wire.h"
#include "tests/transport/webrtc_stand.h"

namespace sdr::testing {
namespace {

using rtc::Channel;

std::string twist(uint32_t sequence) {
  schema::ChannelTwist message;
  message.sequence = sequence;
  message.ttl_ms = 300;
  message.linear_x = 0.5F;
  std::string bytes;
  encode(message, bytes);
  return bytes;
}

TEST_P(TransportWebRtc, RestartsAndEndsAWhepSessionAsAsked) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  const std::string answer = post(*viewer);
  const std::string location = header_of_answer(answer, "Location"), tag = header_of_answer(answer, "ETag");
  ASSERT_TRUE(viewer->accept(body_of(answer)));
  ASSERT_TRUE(watch(*viewer));

  const std::string type = "Content-Type: application/trickle-ice-sdpfrag\r\n";
  const std::string fragment = "a=ice-ufrag:plyr\r\na=ice-pwd:thePasswordOfAPlayer0000\r\n";
  EXPECT_TRUE(has(request("PATCH", location, type, fragment), "HTTP/1.1 428"));
  EXPECT_TRUE(has(request("PATCH", location, type + "If-Match: \"another\"\r\n", fragment), "HTTP/1.1 412"));
  EXPECT_TRUE(has(request("PATCH", location, "If-Match: *\r\n", fragment), "HTTP/1.1 415"));
  EXPECT_TRUE(has(request("PATCH", location, type + "If-Match: " + tag + "\r\n", fragment), "HTTP/1.1 204"));
  const std::string restarted = request("PATCH", location, type + "If-Match: *\r\n", fragment);
  EXPECT_TRUE(has(restarted, "HTTP/1.1 200")) << restarted;
  EXPECT_NE(header_of_answer(restarted, "ETag"), tag);
  const auto fresh = rtc::parse_ice_fragment(body_of(restarted));
  ASSERT_TRUE(fresh.ok()) << restarted;
  const uint64_t answers = viewer->player().answers();
  viewer->player().restart(fresh->ice_ufrag, fresh->ice_password, std::chrono::steady_clock::now());
  ASSERT_TRUE(until_all([&] { return viewer->player().answers() > answers; }));

  EXPECT_TRUE(has(request("DELETE", location, "", ""), "HTTP/1.1 200"));
  EXPECT_TRUE(until_all([&] { return !viewer->player().ended().empty(); }));
  EXPECT_EQ(viewer->player().ended(), to_string(rtc::DtlsEnd::kClosedByPeer));
  EXPECT_TRUE(until_all([&] { return has(request("DELETE", location, "", ""), "HTTP/1.1 404"); }));
}

TEST_P(TransportWebRtc, RefusesOffersThatAreNone) {
  open_ring();
  start();
  const std::string type = "Content-Type: application/sdp\r\n";
  EXPECT_TRUE(has(request("POST", "/stream/whep", type, "v=0\r\nnonsense"), "HTTP/1.1 400"));
  EXPECT_TRUE(has(request("POST", "/stream/whep", "Content-Type: text/plain\r\n", "x"), "HTTP/1.1 415"));
  EXPECT_TRUE(has(request("POST", "/stream/whep?camera=none", type, make_viewer(false)->offer()), "HTTP/1.1 404"));
  EXPECT_EQ(transport->rtc().port().count(), 0u);
}

TEST_P(TransportWebRtc, GivesWhepToThoseWithATokenAndSessionsToTheirOwners) {
  use_tokens("viewer viewers-token-000001\nviewer another-token-00001\n");
  open_ring();
  start();
  auto viewer = make_viewer(false);
  EXPECT_TRUE(has(post(*viewer), "HTTP/1.1 401"));
  EXPECT_TRUE(has(post(*viewer, "Authorization: Bearer not-a-token-of-ours\r\n"), "HTTP/1.1 401"));
  EXPECT_EQ(transport->rtc().port().count(), 0u);
  const std::string mine = "Authorization: Bearer viewers-token-000001\r\n";
  const std::string answer = post(*viewer, mine);
  EXPECT_TRUE(has(answer, "HTTP/1.1 201"));
  const std::string location = header_of_answer(answer, "Location");
  ASSERT_TRUE(viewer->accept(body_of(answer)));
  ASSERT_TRUE(watch(*viewer));
  EXPECT_TRUE(has(request("DELETE", location, "", ""), "HTTP/1.1 401"));
  EXPECT_TRUE(has(request("DELETE", location, "Authorization: Bearer another-token-00001\r\n", ""), "HTTP/1.1 403"));
  EXPECT_TRUE(has(request("DELETE", location, mine, ""), "HTTP/1.1 200"));
}

TEST_P(TransportWebRtc, CarriesTwistsAndAcknowledgementsOnControl) {
  open_ring();
  start();
  auto driver = connect_driver();
  auto viewer = open_session(*driver);
  ASSERT_TRUE(viewer);
  heard.clear();
  EXPECT_EQ(viewer->player().send(Channel::control, twist(1), false), rtc::SendResult::sent);
  std::optional<std::string> sent;
  ASSERT_TRUE(until_all([&] {
    for (const Heard& each : heard) {
      if (each.subject == "control.cmd_vel") sent = each.payload;
    }
    return sent.has_value();
  }));
  schema::ControlEnvelope envelope;
  ASSERT_TRUE(schema::parse(*sent, schema::Action::cmd_vel, envelope).ok());
  EXPECT_EQ(envelope.cmd_seq, 1u);
  EXPECT_EQ(std::get<schema::Twist>(envelope.data).linear.x, 0.5);
  robot->publish("telemetry.command.ack",
                 R"({"client":")" + envelope.client +
                     R"(","action":"cmd_vel","cmd_seq":1,"correlation_id":null,"status":"ok","detail":""})");
  const std::string ack = wait_message(*viewer, Channel::control, "\x81");
  EXPECT_EQ(ack, std::string("\x81\x01\0\0\0\0", 6));

  // One that is no newer is dropped, however it comes.
  const uint64_t dropped = counter("rtc_control_dropped_total");
  EXPECT_EQ(viewer->player().send(Channel::control, twist(1), false), rtc::SendResult::sent);
  EXPECT_TRUE(until_all([&] { return counter("rtc_control_dropped_total") == dropped + 1; }));
}

TEST_P(TransportWebRtc, AnswersCommandsOnTheChannelThatTheyCameBy) {
  open_ring();
  start();
  auto driver = connect_driver();
  auto viewer = open_session(*driver);
  ASSERT_TRUE(viewer);
  const std::string acquire = R"({"action":"lease","cmd_seq":7,"data":{"op":"acquire"}})";
  EXPECT_EQ(viewer->player().send(Channel::commands, acquire, true), rtc::SendResult::sent);
  const std::string ack = wait_message(*viewer, Channel::commands, "\"cmd_seq\":7");
  EXPECT_TRUE(has(ack, "\"ok\"")) << ack;
  EXPECT_EQ(viewer->player().send(Channel::commands, "{not json", true), rtc::SendResult::sent);
  EXPECT_EQ(viewer->player().send(Channel::commands, R"({"action":"estop","cmd_seq":0,"data":{}})", true),
            rtc::SendResult::sent);
  EXPECT_TRUE(until_all([&] {
    return std::any_of(heard.begin(), heard.end(), [](const Heard& each) { return each.subject == "control.estop"; });
  }));
}

TEST_P(TransportWebRtc, LetsNobodyCloseAnothersSession) {
  open_ring();
  start();
  auto owner = connect(), other = connect();
  auto viewer = make_viewer(false);
  const std::string id = signal_session(*owner, *viewer);
  ASSERT_TRUE(watch(*viewer));
  schema::Signal close;
  close.type = schema::SignalType::close;
  close.session_id = id;
  say(*other, close);
  ASSERT_TRUE(wait_signal(*other, schema::SignalType::error));
  EXPECT_EQ(transport->rtc().port().count(), 1u);
  say(*owner, close);
  EXPECT_TRUE(until_all([&] { return !viewer->player().ended().empty(); }));
}

TEST_P(TransportWebRtc, EndsTheOldestSessionForAThirdOne) {
  open_ring();
  start();
  auto client = connect();
  auto first = make_viewer(false), second = make_viewer(false), third = make_viewer(false);
  const std::string id = signal_session(*client, *first);
  ASSERT_TRUE(watch(*first));
  ASSERT_NE(signal_session(*client, *second), "");
  ASSERT_TRUE(watch(*second));
  ASSERT_NE(signal_session(*client, *third), "");
  EXPECT_TRUE(until_all([&] { return !first->player().ended().empty(); }));
  ASSERT_TRUE(watch(*third));
  EXPECT_TRUE(second->player().ended().empty());
  EXPECT_EQ(transport->rtc().port().count(), 2u);
}

TEST_P(TransportWebRtc, EndsWithTheWebSocketThatSignalledIt) {
  open_ring();
  start();
  auto client = connect();
  auto viewer = open_session(*client);
  ASSERT_TRUE(viewer);
  shutdown(client->fd(), SHUT_RDWR);
  EXPECT_TRUE(until_all([&] { return !viewer->player().ended().empty(); }));
  EXPECT_TRUE(until_all([&] { return transport->rtc().port().count() == 0; }));
}

TEST_P(TransportWebRtc, IsMovedByNothingThatStrangersSend) {
  constexpr int kDatagrams = 100'000, kAtOnce = 50;
  open_ring();
  start();
  auto viewer = make_viewer(false);
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(watch(*viewer));
  const uint64_t offers = counter("rtc_offers_total");
  const FileDescriptor stranger = udp_socket();
  std::mt19937 random(11);
  std::vector<uint8_t> datagram;
  for (int i = 0; i < kDatagrams; ++i) {
    datagram.resize(random() % 200);
    for (uint8_t& byte : datagram) byte = static_cast<uint8_t>(random());
    if (i % 2 == 0 && !datagram.empty()) datagram[0] = std::array<uint8_t, 4>{0, 22, 0x80, 0x90}[random() % 4];
    send_to(stranger, viewer->server(), datagram);
    if (i % kAtOnce == 0) loop.run_once(std::chrono::milliseconds(0));
  }
  ASSERT_TRUE(until_all([&] { return counter("rtc_datagrams_unknown_total") > kDatagrams / 2; }));
  EXPECT_EQ(counter("rtc_offers_total"), offers);
  EXPECT_EQ(transport->rtc().port().count(), 1u);
  std::array<uint8_t, 64> answer;
  EXPECT_LT(recv(stranger.get(), answer.data(), answer.size(), MSG_DONTWAIT), 0) << "nobody is answered";
  EXPECT_TRUE(watch(*viewer));
}

INSTANTIATE_TEST_SUITE_P(Threads, TransportWebRtc, ::testing::Values(0, 2));

}  // namespace
}  // namespace sdr::testing
