// SPDX-License-Identifier: Apache-2.0
// A shard in virtual time; its datagrams go over loopback.
#include "transport/rtc/media_shard.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/allocations.h"
#include "rtc/testing/virtual_time.h"
#include "transport/rtc/testing/media_viewer.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using testing::MediaViewer;

constexpr uint32_t kFeed = 3;

class MediaShardTest : public ::testing::Test {
 protected:
  MediaShardTest() { shard.open_feed(kFeed, 1); }

  struct Seat {
    std::unique_ptr<MediaViewer> viewer;
    MediaSession* session = nullptr;
  };
  Seat& seat() {
    auto viewer = std::make_unique<MediaViewer>(static_cast<uint32_t>(seats.size() + 1));
    auto session = viewer->session(kFeed, time.now());
    MediaSession* const handle = session.get();
    shard.begin(std::move(session), time.now());
    return seats.emplace_back(Seat{std::move(viewer), handle});
  }
  void end(size_t index) {
    shard.end(*seats[index].session, true);
    seats.erase(seats.begin() + static_cast<std::ptrdiff_t>(index));
  }
  void give(bool keyframe, size_t layer = 0) { shard.on_frame(kFeed, layer, pictures.next(keyframe), time.now()); }
  /// A frame's time, as an owner spends it.
  void run(MediaShard& of, Duration duration = 17ms) {
    for (const Time end = time.now() + duration; time.now() < end; time.advance(1ms)) {
      if (of.next_time() <= time.now()) of.on_time(time.now());
      while (of.run(time.now()) == MediaShard::Round::kMore) {
      }
      for (Seat& each : seats) each.viewer->poll(time.now());
    }
  }
  void hear(Seat& from) {
    for (const auto& datagram : from.viewer->take_control()) {
      shard.on_control(*from.session, {{}, false}, datagram, time.now());
    }
  }

  rtc::testing::VirtualTime time;
  Registry registry;
  MediaMetrics metrics{registry};
  testing::KeptEvents events;
  net::UdpSocket socket = testing::loopback_socket();
  MediaShard shard{socket.fd(), metrics, events};
  testing::Pictures pictures;
  std::vector<Seat> seats;
};

TEST_F(MediaShardTest, GivesEveryFrameToAllSessionsInSlices) {
  for (int i = 0; i < 100; ++i) seat();
  give(true);
  EXPECT_EQ(shard.run(time.now()), MediaShard::Round::kMore);
  for (int i = 0; i < 10; ++i) {
    run(shard);
    give(false);
  }
  run(shard);
  for (const Seat& each : seats) {
    EXPECT_EQ(each.viewer->shown(), 11u);
    EXPECT_EQ(each.viewer->not_authentic, 0u);
  }
  EXPECT_EQ(metrics.frames.value(), 1100u);
}

TEST_F(MediaShardTest, ShowsAPictureAtOnceToWhoJoins) {
  seat();
  give(true);
  run(shard);
  Seat& late = seat();
  run(shard, 5ms);
  EXPECT_EQ(late.viewer->shown(), 1u);
  EXPECT_TRUE(events.keyframes.empty());
}

TEST_F(MediaShardTest, AsksForAKeyframeWhereThereIsNoneAndWhereOneIsLost) {
  Seat& only = seat();
  run(shard);
  EXPECT_EQ(events.keyframes, std::vector<size_t>{0});
  give(true);
  run(shard, 1s);
  events.keyframes.clear();
  shard.on_control(*only.session, {{}, false}, only.viewer->picture_lost(), time.now());
  run(shard);
  EXPECT_EQ(events.keyframes, std::vector<size_t>{0});
}

TEST_F(MediaShardTest, RepeatsWhatWasLost) {
  Seat& only = seat();
  give(true);
  run(shard);
  only.viewer->lose = 2;
  give(false);
  run(shard, 5ms);
  EXPECT_EQ(only.viewer->shown(), 1u);
  for (int i = 0; i < 10; ++i) {
    give(false);
    run(shard);
    hear(only);
  }
  EXPECT_GT(only.viewer->browser().repeats(), 0u);
  EXPECT_GE(only.viewer->shown(), 11u);
}

TEST_F(MediaShardTest, BelievesNobodyWithoutTheKey) {
  seat(), seat();
  give(true);
  const auto datagram = seats[1].viewer->picture_lost();
  shard.on_control(*seats[0].session, {{}, true}, datagram, time.now());
  EXPECT_TRUE(events.authentic.empty());
  EXPECT_EQ(metrics.refused.value(), 1u);
  shard.on_control(*seats[1].session, {{}, true}, datagram, time.now());
  EXPECT_EQ(events.authentic, std::vector<uint64_t>{2});
  shard.on_control(*seats[1].session, {{}, true}, datagram, time.now());
  EXPECT_EQ(events.authentic.size(), 1u) << "a recorded one, sent again";
}

TEST_F(MediaShardTest, LetsSessionsComeAndGoInTheMiddleOfARound) {
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) seat();
  for (int frame = 0; frame < 60; ++frame) {
    give(frame % 20 == 0);
    (void)shard.run(time.now());  // a slice of it
    for (int i = 0; i < 3; ++i) end(random() % seats.size());
    for (int i = 0; i < 3; ++i) seat();
    run(shard);
  }
  give(true);
  std::vector<size_t> before;
  for (const Seat& each : seats) before.push_back(each.viewer->shown());
  give(false);
  run(shard);
  EXPECT_EQ(shard.count(), 100u);
  for (size_t i = 0; i < seats.size(); ++i) EXPECT_GT(seats[i].viewer->shown(), before[i]) << i;
}

TEST_F(MediaShardTest, SaysGoodbyeToWhoLeavesAlone) {
  seat();
  give(true);
  run(shard);
  MediaViewer leaver(9);
  auto session = leaver.session(kFeed, time.now());
  MediaSession* const handle = session.get();
  shard.begin(std::move(session), time.now());
  shard.end(*handle, true);
  leaver.poll(time.now());
  seats[0].viewer->poll(time.now());
  EXPECT_TRUE(leaver.bye);
  EXPECT_FALSE(seats[0].viewer->bye);
}

TEST_F(MediaShardTest, GoesOnInAnotherShardWithTheNumbersThatItHad) {
  Seat& only = seat();
  give(true);
  run(shard);
  for (int i = 0; i < 5; ++i) give(false), run(shard);
  ASSERT_EQ(only.viewer->shown(), 6u);
  MediaShard other(socket.fd(), metrics, events);
  other.open_feed(kFeed, 1);
  other.begin(shard.take(*only.session), time.now());
  EXPECT_EQ(shard.count(), 0u);
  for (int i = 0; i < 5; ++i) {
    other.on_frame(kFeed, 0, pictures.next(i == 0), time.now());
    run(other);
  }
  EXPECT_EQ(only.viewer->shown(), 11u);
  EXPECT_EQ(only.viewer->not_authentic, 0u) << "a number that was used before";
}

TEST_F(MediaShardTest, SendsTheDatagramsOfATcpSessionOneByOne) {
  Seat& only = seat();
  MediaWay way = only.session->way;
  way.peer = *rtc::Address::parse("192.0.2.1:9", rtc::Transport::kTcp);
  shard.set_way(*only.session, way, time.now());
  give(true);
  run(shard);
  EXPECT_GE(events.tcp.size(), 5u);
  EXPECT_LE(*std::max_element(events.tcp.begin(), events.tcp.end()), rtc::MediaPath::kDatagramMax);
  EXPECT_EQ(only.viewer->shown(), 0u);
}

TEST_F(MediaShardTest, GoesOnWithTheNextKeyframeAfterAFrameThatCannotBeCut) {
  Seat& only = seat();
  give(true);
  run(shard);
  const std::vector<uint8_t> nothing(100, 0);
  shard.on_frame(kFeed, 0, {nothing, rtc::VideoCodec::kH264, false, 0, 0}, time.now());
  EXPECT_EQ(events.keyframes, std::vector<size_t>{0});
  give(false);
  run(shard);
  EXPECT_EQ(only.viewer->shown(), 1u);
  give(true);
  run(shard);
  EXPECT_EQ(only.viewer->shown(), 2u);
}

TEST_F(MediaShardTest, AllocatesNothingForFrames) {
  for (int i = 0; i < 20; ++i) seat();
  uint64_t allocated = 0;
  for (int i = 0; i < 200; ++i) {
    const MediaFrame frame = pictures.next(i % 50 == 0);
    const uint64_t before = sdr::testing::allocations_of_this_thread();
    shard.on_frame(kFeed, 0, frame, time.now());
    while (shard.run(time.now()) == MediaShard::Round::kMore) {
    }
    if (i > 50) allocated += sdr::testing::allocations_of_this_thread() - before;
    run(shard);
  }
  EXPECT_EQ(allocated, 0u);
}

}  // namespace
}  // namespace sdr::transport
