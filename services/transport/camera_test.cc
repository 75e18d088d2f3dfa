// SPDX-License-Identifier: Apache-2.0
#include "transport/camera.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

#include "base/testing/allocations.h"
#include "base/testing/temporary_folder.h"
#include "frames/ring_writer.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

/// A camera on a real ring, with viewers at the other ends of socket pairs.
class CameraTest : public ::testing::Test {
 protected:
  CameraTest()
      : writer(std::move(frames::RingWriter::open({.path = folder.file("frames"), .ring_bytes = 1 << 20})).value()),
        camera(std::make_unique<Camera>(loop, options(), metrics(), hooks())) {}
  ~CameraTest() override {
    for (auto& client : clients) camera->remove(*client);
    clients.clear();
  }

  CameraOptions options() {
    CameraOptions values;
    values.source.path = folder.file("frames");
    values.source.payload_max = 100'000;
    values.source.slots = 200;
    return values;
  }
  CameraMetrics metrics() {
    return {registry.histogram("h", ""), registry.counter("sent", ""), registry.counter("bytes", ""),
            registry.counter("dropped", ""), registry.counter("requests", "")};
  }
  Camera::Hooks hooks() {
    return {.request_keyframe = [this](const std::string&) { ++requests; },
            .on_broken = [](Client&) {},
            .before_round = [](Camera&, VideoMessage&) {},
            .after_round = [](Camera&) {},
            .on_frame = [](Camera&, const VideoMessage&) {}};
  }

  Client& watch() {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    ends.emplace_back(pair[1]);
    clients.push_back(std::make_unique<Client>(loop, net::Stream(FileDescriptor(pair[0])), "c", true));
    clients.back()->start([client = clients.back().get()](uint32_t) { client->flush(); });
    camera->add(*clients.back());
    return *clients.back();
  }
  void write(bool keyframe) {
    static const std::vector<std::byte> payload(5000, std::byte{7});
    ASSERT_TRUE(writer.write({.frame_id = 1, .keyframe = keyframe}, payload).ok());
  }
  void drain() {
    for (const FileDescriptor& end : ends) {
      while (recv(end.get(), bytes.data(), bytes.size(), 0) > 0) {
      }
    }
  }
  bool turn_until_received(uint64_t frames) {
    for (int i = 0; i < 20'000 && camera->frames_received() < frames; ++i) loop.run_once(1ms);
    return camera->frames_received() >= frames;
  }

  testing::TemporaryFolder folder;
  EventLoop loop;
  Registry registry;
  frames::RingWriter writer;
  int requests = 0;
  std::array<char, 65536> bytes;
  std::unique_ptr<Camera> camera;
  std::vector<FileDescriptor> ends;
  std::vector<std::unique_ptr<Client>> clients;
};

TEST_F(CameraTest, GivesFramesOutWithoutAllocating) {
  for (int i = 0; i < 20; ++i) watch();
  uint64_t frame = 0;
  // Until all is warm, the timer that coalesces the viewers' requests for a keyframe too.
  const Time warm = std::chrono::steady_clock::now() + KeyframeRequests::kInterval + std::chrono::milliseconds(100);
  while (frame < 100 || std::chrono::steady_clock::now() < warm) {
    write(++frame == 1);
    ASSERT_TRUE(turn_until_received(frame));
    drain();
  }
  const uint64_t before = testing::allocations_of_this_thread();
  for (const uint64_t last = frame + 300; frame < last;) {
    write(++frame % 100 == 0);
    ASSERT_TRUE(turn_until_received(frame));
    drain();
  }
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
  EXPECT_EQ(registry.counter("sent", "").value(), 20u * frame);
}

TEST_F(CameraTest, AsksForAKeyframeForTheFirstViewerAndForOneWhoFellBehind) {
  Client& client = watch();
  ASSERT_TRUE(client.video.waiting_keyframe);
  EXPECT_EQ(requests, 1);
  write(true);
  ASSERT_TRUE(turn_until_received(1));
  EXPECT_FALSE(client.video.waiting_keyframe);
  uint64_t frame = 1;
  while (registry.counter("dropped", "").value() == 0 && frame < 5000) {  // nobody drains
    write(false);
    ASSERT_TRUE(turn_until_received(++frame));
  }
  EXPECT_TRUE(client.video.waiting_keyframe);
  drain();
  for (int i = 0; i < 50; ++i) loop.run_once(1ms), drain();
  write(false);
  ASSERT_TRUE(turn_until_received(++frame));
  EXPECT_TRUE(client.video.waiting_keyframe);
  write(true);
  ASSERT_TRUE(turn_until_received(++frame));
  EXPECT_FALSE(client.video.waiting_keyframe);
}

TEST_F(CameraTest, SendsNothingToAViewerThatPausedAndBeginsAnewWhereItGoesOn) {
  Client& paused = watch();
  Client& other = watch();
  write(true);
  ASSERT_TRUE(turn_until_received(1));
  camera->pause(paused, true);
  for (uint64_t frame = 2; frame <= 20; ++frame) {
    write(false);
    ASSERT_TRUE(turn_until_received(frame));
  }
  EXPECT_EQ(paused.video.last_seq, 1u);
  EXPECT_EQ(paused.video.dropped, 0u);
  EXPECT_EQ(other.video.last_seq, 20u);
  EXPECT_TRUE(camera->sweep(std::chrono::steady_clock::now() + 1h, 5s).empty());  // it waits for nothing
  camera->pause(paused, false);
  EXPECT_EQ(paused.video.last_seq, 20u);
  EXPECT_FALSE(paused.video.waiting_keyframe);
}

TEST_F(CameraTest, NeverLetsASlowViewersPagesCarryALaterFrame) {
  Client& slow = watch();
  uint64_t frame = 0;
  const auto write_marked = [&](bool keyframe) {
    const std::vector<std::byte> payload(50'000, static_cast<std::byte>(++frame));
    ASSERT_TRUE(writer.write({.frame_id = frame, .keyframe = keyframe}, payload).ok());
    ASSERT_TRUE(turn_until_received(frame));
  };
  for (int i = 0; i < 500; ++i) write_marked(i % 20 == 0);  // far more than the pool has slots
  EXPECT_GT(slow.video.dropped, 0u);
  std::string all;
  for (int i = 0; i < 200; ++i) {
    loop.run_once(1ms);
    for (ssize_t got; (got = recv(ends[0].get(), bytes.data(), bytes.size(), 0)) > 0;) {
      all.append(bytes.data(), static_cast<size_t>(got));
    }
  }
  // Every message that arrives is of one piece: its number and each of its bytes belong together.
  constexpr size_t kHead = 4 + 1 + frames::kFrameHeaderBytes, kMessage = kHead + 50'000;
  ASSERT_EQ(all.size() % kMessage, 0u);
  ASSERT_GT(all.size(), 0u);
  for (size_t at = 0; at < all.size(); at += kMessage) {
    const char marker = all[at + 5];  // frame_id's lowest byte
    EXPECT_EQ(all.substr(at + kHead, 50'000), std::string(50'000, marker));
  }
}

}  // namespace
}  // namespace sdr::transport
