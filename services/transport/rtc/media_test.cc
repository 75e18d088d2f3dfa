// SPDX-License-Identifier: Apache-2.0
// Sessions among the loop's lane and a thread's, and what a lane had no room for at first.
#include "transport/rtc/media.h"

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "transport/rtc/testing/media_viewer.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using testing::MediaViewer;

struct NobodyAtAll final : Commander {
  NobodyAtAll() : Commander("nobody", true) {}
  Camera* watched() const override { return nullptr; }
};

struct NoEvents final : SessionEvents {
  void on_address(RtcSession&, const rtc::Address&) override {}
  void on_address_forgotten(RtcSession&, const rtc::Address&) override {}
  void on_credentials_retired(RtcSession&, const rtc::IceCredentials&) override {}
  void on_datagram(RtcSession&, const rtc::Address&, std::span<const uint8_t>) override {}
  void on_connected(RtcSession&, const rtc::SrtpKeys&) override {}
  bool on_channel_message(RtcSession&, const rtc::ChannelMessage&) override { return true; }
  void on_end(RtcSession&, rtc::PeerEnd, std::string_view) override {}
};

class RtcMediaTest : public ::testing::Test {
 protected:
  ~RtcMediaTest() override {
    for (const auto& session : sessions) media.end(*session, false);
  }

  static Time now() { return std::chrono::steady_clock::now(); }
  template <typename Condition>
  bool until(Condition condition) {
    for (const Time give_up = now() + 20s; now() < give_up;) {
      if (condition()) return true;
      media.flush();
      loop.run_once(1ms);
      for (MediaViewer* const each : {&viewer, &elsewhere}) each->poll(now());
    }
    return condition();
  }
  RtcSession& begin() {
    const uint64_t number = sessions.size() + 1;
    sessions.push_back(std::make_unique<RtcSession>(number, std::to_string(number), who, feed, no_events));
    sessions.back()->way = viewer.way();
    sessions.back()->media_config = viewer.config();
    media.begin(*sessions.back(), viewer.keys());
    return *sessions.back();
  }
  void give(bool keyframe) { media.on_frame(feed, 0, pictures.next(keyframe)); }
  CameraMetrics camera_metrics() {
    return {registry.histogram("h", ""), registry.counter("sent", ""), registry.counter("bytes", ""),
            registry.counter("dropped", ""), registry.counter("requests", "")};
  }
  CameraOptions camera_options() {
    CameraOptions values;
    values.source.path = folder.file("frames");  // no ring: the test's frames are the feed's
    return values;
  }
  static Camera::Hooks camera_hooks() {
    Camera::Hooks hooks;
    hooks.request_keyframe = [](const std::string&) {};
    return hooks;
  }
  std::unique_ptr<Camera> low_camera(Camera::Hooks to) {
    return std::make_unique<Camera>(loop, camera_options(), camera_metrics(), std::move(to));
  }
  RtcMedia::Hooks hooks() {
    return {.want_keyframe = [](uint32_t, size_t) {},
            .on_authentic = [](uint64_t, const MediaWay&) {},
            .find = [this](uint64_t number) { return sessions.at(number - 1).get(); },
            .send_tcp = [this](const rtc::Address&, std::span<const uint8_t>) { ++by_tcp; }};
  }

  sdr::testing::TemporaryFolder folder;
  EventLoop loop;
  Registry registry;
  Camera camera{loop, camera_options(), camera_metrics(), camera_hooks()};
  RtcFeed feed{7, loop, camera, [this](Camera::Hooks to) { return low_camera(std::move(to)); }, {}};
  NobodyAtAll who;
  NoEvents no_events;
  net::UdpSocket socket = testing::loopback_socket();
  std::vector<std::unique_ptr<RtcSession>> sessions;
  size_t by_tcp = 0;
  RtcMedia media{loop, registry, socket.fd(), 1, hooks()};
  testing::Pictures pictures;
  MediaViewer viewer{1}, elsewhere{1};
};

TEST_F(RtcMediaTest, TellsAWayAgainForWhichAThreadHadNoRoom) {
  RtcSession& session = begin();
  give(true);
  ASSERT_TRUE(until([&] { return viewer.shown() == 1; }));
  // The thread is not woken before flush(), so its queue fills up.
  for (int i = 0; i < 1'000'000 && session.media.told == session.way; ++i) {
    session.way = i % 2 == 0 ? elsewhere.way() : viewer.way();
    media.on_way(session);
  }
  ASSERT_FALSE(session.media.told == session.way) << "there is always room";
  MediaViewer& told_late = session.way == elsewhere.way() ? elsewhere : viewer;
  ASSERT_TRUE(until([&] {
    media.tick(sessions);
    return session.media.told == session.way;
  }));
  const size_t before = told_late.shown();
  give(true);
  EXPECT_TRUE(until([&] { return told_late.shown() > before; }));
  EXPECT_EQ(told_late.not_authentic, 0u);
}

TEST_F(RtcMediaTest, TakesASessionThatGoesOverTcpToTheLoopWithAllThatItIs) {
  RtcSession& session = begin();
  give(true);
  ASSERT_TRUE(until([&] { return viewer.shown() == 1; }));
  session.way = {*rtc::Address::parse("192.0.2.1:5000", rtc::Transport::kTcp), {}, {}};
  media.on_way(session);
  ASSERT_TRUE(until([&] { return session.media.handle != nullptr && session.media.lane == 0; }));
  give(true);
  EXPECT_TRUE(until([&] { return by_tcp > 0; }));
}

TEST_F(RtcMediaTest, GivesUpASessionThatEndsOnItsWayFromAThread) {
  RtcSession& session = begin();
  session.way = {*rtc::Address::parse("192.0.2.1:5000", rtc::Transport::kTcp), {}, {}};
  media.on_way(session);
  session.over = true;
  EXPECT_TRUE(until([&] { return media.links().sessions == 0; }));
  EXPECT_EQ(session.media.handle, nullptr);
}

}  // namespace
}  // namespace sdr::transport
