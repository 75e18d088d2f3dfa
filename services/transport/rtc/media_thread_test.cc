// SPDX-License-Identifier: Apache-2.0
// A shard on a thread of its own, told by the test's loop.
#include "transport/rtc/media_thread.h"

#include <gtest/gtest.h>

#include "transport/rtc/testing/media_viewer.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using testing::MediaViewer;

constexpr uint32_t kFeed = 3;

class MediaThreadTest : public ::testing::Test {
 protected:
  MediaThreadTest() { EXPECT_TRUE(lane->open_feed(kFeed, 1)); }

  static Time now() { return std::chrono::steady_clock::now(); }
  template <typename Condition>
  bool until(Condition condition) {
    for (const Time give_up = now() + 20s; now() < give_up;) {
      if (condition()) return true;
      lane->flush();
      loop.run_once(1ms);
      for (const auto& viewer : viewers) viewer->poll(now());
    }
    return condition();
  }
  MediaSession* begin() {
    viewers.push_back(std::make_unique<MediaViewer>(static_cast<uint32_t>(viewers.size() + 1)));
    auto session = viewers.back()->session(kFeed, now());
    MediaSession* const handle = session.get();
    EXPECT_TRUE(lane->begin(session));
    return handle;
  }
  bool give(bool keyframe, size_t bytes = 5000) { return lane->on_frame(kFeed, 0, pictures.next(keyframe, bytes)); }

  EventLoop loop;
  Registry registry;
  MediaMetrics metrics{registry};
  testing::KeptEvents events;
  net::UdpSocket socket = testing::loopback_socket();
  std::unique_ptr<MediaThread> lane = std::make_unique<MediaThread>(loop, socket.fd(), metrics, events);
  testing::Pictures pictures;
  std::vector<std::unique_ptr<MediaViewer>> viewers;
};

TEST_F(MediaThreadTest, GivesFramesToItsSessions) {
  begin(), begin();
  for (size_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(give(i == 1));
    ASSERT_TRUE(until([&] { return viewers[0]->shown() == i && viewers[1]->shown() == i; })) << i;
  }
  EXPECT_EQ(viewers[0]->not_authentic, 0u);
  EXPECT_TRUE(until([&] { return lane->links().sessions == 2; }));
}

TEST_F(MediaThreadTest, AnswersAfterItsOwnTime) {
  MediaSession* const session = begin();
  ASSERT_TRUE(until([&] { return !events.keyframes.empty(); })) << "nothing to show";
  const MediaWay way{*rtc::Address::parse("192.0.2.1:5000"), {}, {}};
  lane->on_control(session, {way, true}, viewers[0]->picture_lost());
  ASSERT_TRUE(until([&] { return !events.authentic.empty(); }));
  EXPECT_EQ(events.authentic[0], 1u);
}

TEST_F(MediaThreadTest, LosesFramesAndNeverSessionsWhereItsQueueIsFull) {
  std::vector<MediaSession*> sessions;
  for (int i = 0; i < 5; ++i) sessions.push_back(begin());
  int told = 0;
  while (give(true, 200'000) && told < 1000) ++told;  // nobody has woken it
  EXPECT_LT(told, 100);
  EXPECT_GT(metrics.lost.value(), 0u);
  MediaSession* const another = begin();
  const MediaWay way = {{}, viewers[0]->session(kFeed, now())->way.to, {}};
  while (lane->set_way(another, way)) {
  }
  for (MediaSession* const session : sessions) lane->end(session, true);
  lane->end(another, true);
  EXPECT_TRUE(until([&] { return lane->links().sessions == 0 && viewers[0]->bye; }));
  ASSERT_TRUE(give(true));
}

TEST_F(MediaThreadTest, GivesASessionBackWhole) {
  MediaSession* const session = begin();
  ASSERT_TRUE(give(true));
  ASSERT_TRUE(until([&] { return viewers[0]->shown() == 1; }));
  ASSERT_TRUE(lane->give_back(session));
  ASSERT_TRUE(until([&] { return events.given_back.size() == 1; }));
  EXPECT_EQ(events.given_back[0].get(), session);
  MediaShard home(socket.fd(), metrics, events);
  home.open_feed(kFeed, 1);
  home.begin(std::move(events.given_back[0]), now());
  home.on_frame(kFeed, 0, pictures.next(true), now());
  (void)home.run(now());
  EXPECT_TRUE(until([&] { return viewers[0]->shown() == 2; }));
  EXPECT_EQ(viewers[0]->not_authentic, 0u);
}

TEST_F(MediaThreadTest, EndsWithSessionsAndFramesOnTheirWay) {
  for (int i = 0; i < 50; ++i) begin();
  for (int i = 0; i < 20; ++i) (void)give(i == 0);
  lane->flush();
  begin();
  lane.reset();
  for (const auto& viewer : viewers) {
    viewer->poll(now());
    EXPECT_TRUE(viewer->bye);
  }
}

TEST_F(MediaThreadTest, LetsSessionsComeAndGoWhileFramesFlow) {
  std::vector<MediaSession*> sessions;
  for (int i = 0; i < 300; ++i) {
    sessions.push_back(begin());
    if (sessions.size() > 10) {
      lane->end(sessions.front(), i % 2 == 0);
      sessions.erase(sessions.begin());
    }
    lane->on_control(sessions.front(), {{}, true}, viewers[viewers.size() - sessions.size()]->picture_lost());
    (void)give(i % 30 == 0);
    lane->flush();
    loop.run_once(0ms);
  }
  const size_t before = viewers.back()->shown();
  ASSERT_TRUE(give(true));
  EXPECT_TRUE(until([&] { return viewers.back()->shown() > before; }));
  EXPECT_FALSE(events.authentic.empty());
}

}  // namespace
}  // namespace sdr::transport
