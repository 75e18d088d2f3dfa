// SPDX-License-Identifier: Apache-2.0
// WebRTC as a viewer meets it: signalled over the WebSocket or by WHEP, on a real UDP port, with a whole viewer's side.
#include <random>

#include "rtc/rtp/testing/session.h"
#include "rtc/sdp/ice_fragment.h"
#include "schema/codec.h"
#include "schema/wire.h"
#include "tests/transport/rtc_viewer.h"
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

using rtc::Channel;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string header_of_answer(const std::string& answer, const std::string& name) {
  const size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

/// With so many media threads.
class TransportWebRtc : public TransportTest, public ::testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    TransportTest::SetUp();
    options.rtc_threads = GetParam();
  }
  /// A picture that can be cut into packets; what the ring holds of it.
  const std::vector<uint8_t>& write_picture(bool keyframe, size_t bytes = 5000) {
    picture_ = rtc::testing::make_access_unit(rtc::VideoCodec::kH264, keyframe, bytes, random_);
    const auto* const payload = reinterpret_cast<const std::byte*>(picture_.data());
    const frames::FrameInfo info{
        .frame_id = ++number_, .keyframe = keyframe, .capture_us = static_cast<uint32_t>(realtime_us())};
    EXPECT_TRUE(writer->write(info, {payload, picture_.size()}).ok());
    (void)writer->heartbeat();
    return picture_;
  }
  /// A picture each 10 ms, to be called often; no keyframes where `deltas_only`.
  void flow(bool deltas_only = false) {
    const Time now = std::chrono::steady_clock::now();
    if (now < next_picture_) return;
    next_picture_ = now + std::chrono::milliseconds(10);
    write_picture(!deltas_only && ++flowed_ % 50 == 0, 3000);
  }
  /// As until(), with viewers that are served meanwhile.
  template <typename Condition>
  bool until_all(Condition condition) {
    return until([&] {
      for (RtcViewer* viewer : viewers_) viewer->poll();
      return condition();
    });
  }
  std::unique_ptr<RtcViewer> make_viewer(bool data = true) {
    auto viewer = std::make_unique<RtcViewer>(data ? &transport->rtc().port().sctp() : nullptr);
    viewers_.push_back(viewer.get());
    return viewer;
  }
  void forget(std::unique_ptr<RtcViewer>& viewer) {
    std::erase(viewers_, viewer.get());
    viewer.reset();
  }

  std::string request(const std::string& method, const std::string& path, const std::string& headers,
                      const std::string& body) {
    return http(method + " " + path + " HTTP/1.1\r\nHost: " + transport->address().to_string() +
                "\r\nConnection: close\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
  }
  std::string post(const RtcViewer& viewer, const std::string& headers = "") {
    return request("POST", "/stream/whep", "Content-Type: application/sdp\r\n" + headers, viewer.offer());
  }

  std::optional<schema::Signal> wait_signal(WsClient& client, schema::SignalType type) {
    std::optional<schema::Signal> found;
    EXPECT_TRUE(until_all([&] {
      while (!client.messages.empty() && !found) {
        const std::string bytes = std::move(client.messages.front().bytes);
        client.messages.pop_front();
        schema::Signal signal;
        const bool is_signal = !bytes.empty() && bytes[0] == 3;
        if (is_signal && schema::parse(bytes.substr(1), signal).ok() && signal.type == type) found = signal;
      }
      return found.has_value();
    })) << "no such signal came";
    return found;
  }
  void say(WsClient& client, const schema::Signal& signal) {
    std::string text;
    JsonWriter json(text);
    write(json, signal);
    client.send(3, text);
  }
  /// A session over the WebSocket; its id.
  std::string signal_session(WsClient& client, RtcViewer& viewer) {
    schema::Signal offer;
    offer.type = schema::SignalType::offer;
    offer.sdp = viewer.offer();
    say(client, offer);
    const auto answer = wait_signal(client, schema::SignalType::answer);
    if (!answer || !viewer.accept(answer->sdp.value_or(""))) return "";
    return answer->session_id.value_or("");
  }
  /// One whose session is connected and shows a picture.
  bool watch(RtcViewer& viewer) {
    return until_all([&] { return viewer.player().connected(); }) && until_all([&] {
             write_picture(true);
             return until_shown(viewer, viewer.shown());
           });
  }
  bool until_shown(RtcViewer& viewer, size_t before) {
    const Time give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    while (viewer.shown() <= before && std::chrono::steady_clock::now() < give_up) {
      loop.run_once(std::chrono::milliseconds(1));
      viewer.poll();
    }
    return viewer.shown() > before;
  }
  /// A client that may drive: pictures flow, the gate is open and the robot's clock known.
  std::shared_ptr<WsClient> connect_driver() {
    return connect_operator([this](bool keyframe) { write_picture(keyframe); });
  }
  /// Its session, with a picture and both channels open; null where it does not come to that.
  std::unique_ptr<RtcViewer> open_session(WsClient& client) {
    auto viewer = make_viewer();
    const bool opens = !signal_session(client, *viewer).empty() && watch(*viewer) && open_channels(*viewer);
    if (!opens) forget(viewer);
    return viewer;
  }
  bool open_channels(RtcViewer& viewer) {
    return until_all(
        [&] { return viewer.player().is_open(Channel::control) && viewer.player().is_open(Channel::commands); });
  }
  /// The next message of a channel's, of those that have not been looked at.
  std::string wait_message(RtcViewer& viewer, Channel channel, const std::string& part) {
    std::string found;
    EXPECT_TRUE(until_all([&] {
      auto& messages = viewer.player().messages;
      while (!messages.empty() && found.empty()) {
        if (messages.front().channel == channel && has(messages.front().bytes, part)) found = messages.front().bytes;
        messages.erase(messages.begin());
      }
      return !found.empty();
    })) << "no message with "
        << part;
    return found;
  }

 private:
  std::vector<RtcViewer*> viewers_;
  std::vector<uint8_t> picture_;
  std::mt19937 random_{5};
  Time next_picture_{};
  int flowed_ = 0;
  uint64_t number_ = 0;
};

std::string twist(uint32_t sequence) {
  schema::ChannelTwist message;
  message.sequence = sequence;
  message.ttl_ms = 300;
  message.linear_x = 0.5F;
  std::string bytes;
  encode(message, bytes);
  return bytes;
}

TEST_P(TransportWebRtc, GivesAWhepViewerTheRingsPicturesByteForByte) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  const std::string answer = post(*viewer);
  EXPECT_TRUE(has(answer, "HTTP/1.1 201")) << answer;
  EXPECT_TRUE(header_of_answer(answer, "Location").starts_with("/stream/whep/"));
  EXPECT_NE(header_of_answer(answer, "ETag"), "");
  ASSERT_TRUE(viewer->accept(body_of(answer)));
  ASSERT_TRUE(watch(*viewer));
  for (int i = 0; i < 30; ++i) {
    const size_t before = viewer->shown();
    const std::vector<uint8_t>& picture = write_picture(i % 10 == 5, i % 3 == 0 ? 60'000 : 300);
    ASSERT_TRUE(until_all([&] { return viewer->shown() > before; })) << i;
    EXPECT_EQ(viewer->player().browser().newest_frame(), picture) << i;
  }
  EXPECT_EQ(viewer->player().not_authentic(), 0u);
}

TEST_P(TransportWebRtc, AsksForAKeyframeWhereNoneIsKept) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  heard.clear();
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(until_all([&] { return viewer->player().connected(); }));
  ASSERT_TRUE(wait_bus("control.request_idr"));
  write_picture(true);
  EXPECT_TRUE(until_all([&] { return viewer->shown() > 0; }));
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

TEST_P(TransportWebRtc, FollowsAViewerToAnotherPort) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(watch(*viewer));
  viewer->move();
  EXPECT_TRUE(watch(*viewer));
  EXPECT_EQ(transport->rtc().port().count(), 1u);
}

TEST_P(TransportWebRtc, FollowsAViewerFromUdpToTcpAndEndsWithItThere) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(watch(*viewer));
  viewer->move_to_tcp();
  ASSERT_TRUE(watch(*viewer));
  for (int i = 0; i < 10; ++i) {
    const size_t before = viewer->shown();
    write_picture(i % 5 == 0, 20'000);
    ASSERT_TRUE(until_all([&] { return viewer->shown() > before; })) << i;
  }
  EXPECT_EQ(viewer->player().not_authentic(), 0u);
  EXPECT_EQ(transport->rtc().port().count(), 1u);
}

TEST_P(TransportWebRtc, RepeatsWhatAViewerDidNotGet) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(watch(*viewer));
  write_picture(true);
  ASSERT_TRUE(until_all([&] { return viewer->shown() > 1; }));
  viewer->lose(2);
  ASSERT_TRUE(until_all([&] {
    flow();
    return viewer->player().browser().repeats() > 0;
  }));
  const size_t before = viewer->shown();
  EXPECT_TRUE(until_all([&] {
    flow();
    return viewer->shown() > before + 5;
  }));
}

TEST_P(TransportWebRtc, AsksForAKeyframeForAViewerThatLostItsPicture) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(watch(*viewer));
  heard.clear();
  viewer->lose(100'000);
  const Time deaf = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  ASSERT_TRUE(until_all([&] {
    flow(true);
    return std::chrono::steady_clock::now() > deaf;
  }));
  viewer->lose(0);
  ASSERT_TRUE(until_all([&] {
    flow(true);
    return std::any_of(heard.begin(), heard.end(), [](const Heard& h) { return h.subject == "control.request_idr"; });
  }));
  const size_t before = viewer->shown();
  EXPECT_TRUE(until_all([&] {
    write_picture(true);
    return viewer->shown() > before;
  }));
}

TEST_P(TransportWebRtc, ShowsVideoToManyWhoComeAndGo) {
  open_ring();
  start();
  std::vector<std::unique_ptr<RtcViewer>> viewers;
  std::vector<std::string> locations;
  for (int i = 0; i < 24; ++i) {
    viewers.push_back(make_viewer(false));
    const std::string answer = post(*viewers.back());
    locations.push_back(header_of_answer(answer, "Location"));
    ASSERT_TRUE(viewers.back()->accept(body_of(answer)));
    write_picture(i % 4 == 0);
    ASSERT_TRUE(until_all([&] { return viewers.back()->player().connected(); }));
    if (viewers.size() <= 6) continue;
    EXPECT_TRUE(has(request("DELETE", locations.front(), "", ""), "HTTP/1.1 200"));
    EXPECT_TRUE(until_all([&] { return !viewers.front()->player().ended().empty(); }));
    forget(viewers.front());
    viewers.erase(viewers.begin());
    locations.erase(locations.begin());
  }
  ASSERT_TRUE(watch(*viewers.back()));
  for (const auto& viewer : viewers) {
    EXPECT_TRUE(until_all([&] { return viewer->shown() > 0; }));
    EXPECT_EQ(viewer->player().not_authentic(), 0u);
  }
  EXPECT_EQ(transport->rtc().port().count(), viewers.size());
  const auto threads = transport->registry().gauge("rtc_threads", "").value();
  EXPECT_EQ(threads, GetParam());
}

TEST_P(TransportWebRtc, EndsInTheMiddleOfFrames) {
  open_ring();
  start();
  auto first = make_viewer(false), second = make_viewer(false);
  ASSERT_TRUE(first->accept(body_of(post(*first))));
  ASSERT_TRUE(second->accept(body_of(post(*second))));
  ASSERT_TRUE(watch(*first) && watch(*second));
  for (int i = 0; i < 10; ++i) write_picture(i == 0, 50'000);
  loop.run_once(std::chrono::milliseconds(1));
  transport.reset();
  first->poll(), second->poll();
  EXPECT_EQ(first->player().ended(), to_string(rtc::DtlsEnd::kClosedByPeer));
  EXPECT_EQ(second->player().ended(), to_string(rtc::DtlsEnd::kClosedByPeer));
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
