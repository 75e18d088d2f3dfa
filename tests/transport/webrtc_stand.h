// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "rtc/rtp/testing/session.h"
#include "schema/codec.h"
#include "tests/transport/rtc_viewer.h"
#include "tests/transport/stand.h"

namespace sdr::testing {
using rtc::Channel;

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::string header_of_answer(const std::string& answer, const std::string& name) {
  const size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

inline std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

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

}  // namespace sdr::testing
