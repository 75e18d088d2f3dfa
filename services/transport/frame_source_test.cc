// SPDX-License-Identifier: Apache-2.0
#include "transport/frame_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "frames/layout.h"
#include "frames/testing.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using frames::testing::must_open;
using frames::testing::must_write;

constexpr size_t kPayload = 1000;

class FrameSourceTest : public ::testing::Test {
 protected:
  void follow(bool watched) {
    source = std::make_unique<FrameSource>(
        loop, FrameSourceOptions{.path = ring(), .check_crc = true, .payload_max = 4000, .slots = 100}, [] {});
    source->set_active(watched);
  }
  std::string ring() const { return folder.file("frames"); }
  /// Turns the loop until it is so; whoever waits in vain fails.
  template <typename Condition>
  bool until(Condition condition) {
    const Time give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      loop.run_once(1ms);
      for (; VideoMessage* const message = source->pop(); ++delivered) MessageRef{message};
    }
    return true;
  }
  void write_frame() { must_write(*writer, ++number, kPayload, true); }
  bool goes_on() {
    const uint64_t seen = source->frames_seen();
    return until([&] {
      write_frame();
      return source->frames_seen() > seen;
    });
  }

  testing::TemporaryFolder folder;
  EventLoop loop;
  uint64_t number = 0, delivered = 0;
  std::optional<frames::RingWriter> writer;
  std::unique_ptr<FrameSource> source;
};

TEST_F(FrameSourceTest, SeesFramesComeWhetherAnybodyWatchesOrNot) {
  writer = must_open(ring());
  follow(false);
  for (const bool watched : {false, true, false, true}) {
    source->set_active(watched);
    EXPECT_TRUE(goes_on()) << watched;
    EXPECT_NE(source->last_frame_us(), 0u);
  }
}

TEST_F(FrameSourceTest, ARingThatStandsStillShowsNoNewFrameToWhoeverJoins) {
  writer = must_open(ring());
  for (int i = 0; i < 5; ++i) write_frame();
  for (const bool watched_from_the_start : {true, false}) {
    const uint64_t before = delivered;
    follow(watched_from_the_start);
    ASSERT_TRUE(until([&] { return source->sequence_number() == number; }));
    source->set_active(true);
    ASSERT_TRUE(until([&] { return delivered > before; }));  // its newest keyframe, which is old
    EXPECT_EQ(source->frames_seen(), 0u);
    EXPECT_EQ(source->last_frame_us(), 0u);
    EXPECT_TRUE(goes_on());
  }
}

TEST_F(FrameSourceTest, GoesOnWithAnotherRingWhoseNumbersAreSmaller) {
  writer = must_open(ring());
  follow(true);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(goes_on());
  writer.reset();
  std::filesystem::remove(ring());
  writer = must_open(ring());
  EXPECT_TRUE(goes_on());
  EXPECT_LT(source->sequence_number(), number);
}

/// A ring whose writer lies: its numbers grow, its frames' checksums are wrong. It is an image of an honest writer's
/// ring, which nobody reads and whose newest frame was spoiled.
class LyingWriter : public FrameSourceTest {
 protected:
  std::string honest() const { return folder.file("honest"); }
  void show(bool spoiled) {
    write_frame();
    const auto place = frames::testing::peek<uint64_t>(honest(), 8);
    const size_t first_byte = 16 + place + frames::kFrameHeaderBytes;
    const auto honest_byte = frames::testing::peek<uint8_t>(honest(), first_byte);
    if (spoiled) frames::testing::poke<uint8_t>(honest(), first_byte, honest_byte ^ 0xff);
    std::vector<char> image(frames::testing::kSmallRing);
    std::ifstream(honest(), std::ios::binary).read(image.data(), static_cast<std::streamsize>(image.size()));
    frames::testing::poke(ring(), 0, image.data(), image.size());
  }
};

TEST_F(LyingWriter, FramesThatAreNotWholeAreNoneToThoseWhoWatch) {
  writer = must_open(honest());
  write_frame();
  std::filesystem::copy_file(honest(), ring());
  follow(true);
  ASSERT_TRUE(until([&] {
    show(false);
    return source->frames_seen() > 2;
  }));
  const auto lie_until_found_out = [this](uint64_t times) {
    const uint64_t errors = source->counters().crc_errors;
    return until([&] {
      show(true);
      return source->counters().crc_errors >= errors + times;
    });
  };
  ASSERT_TRUE(lie_until_found_out(2));  // by then the last true frame was seen, or is gone
  const uint64_t seen = source->frames_seen();
  ASSERT_TRUE(lie_until_found_out(10));
  EXPECT_EQ(source->frames_seen(), seen);
  EXPECT_TRUE(until([&] {
    show(false);
    return source->frames_seen() > seen;
  }));
}

}  // namespace
}  // namespace sdr::transport
