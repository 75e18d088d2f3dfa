// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_reader.h"

#include <gtest/gtest.h>

#include "base/testing/allocations.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::kSmallRing;
using testing::make_payload;
using testing::must_open;
using testing::must_write;
using testing::peek;
using testing::poke;
using testing::trailer_at;

constexpr uint64_t kData = kSmallRing - 4112;

// The order of frames: laps, corruption, keyframes. Files that come and go are ring_reader_file_test.cc's.
class RingReaderTest : public ::testing::Test {
 protected:
  std::string ring() const { return folder_.file("frames"); }
  RingReader make_reader(Join join = Join::kNewestKeyframe, bool check_crc = true) const {
    return RingReader({.path = ring(), .check_crc = check_crc, .join = join});
  }
  /// Expects frame `number`, with the payload that must_write gave it.
  void expect_frame(RingReader& reader, uint64_t number) {
    ASSERT_EQ(reader.next(sink_, header_), ReadState::kFrame);
    EXPECT_EQ(header_.frame_id, number);
    EXPECT_EQ(sink_.payload(header_), make_payload(number, header_.size));
  }
  ReadState next(RingReader& reader) { return reader.next(sink_, header_); }

  sdr::testing::TemporaryFolder folder_;
  testing::MemorySink sink_;
  FrameHeader header_;
};

TEST_F(RingReaderTest, DeliversEveryFrameInOrderOverManyLaps) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  for (uint64_t i = 1; i <= 3000; ++i) {
    must_write(writer, i, (i * 7919) % 4000, i == 1);
    expect_frame(reader, i);
    EXPECT_EQ(header_.frame_seq, i);
    EXPECT_EQ(next(reader), ReadState::kEmpty);
  }
  EXPECT_EQ(reader.counters().frames, 3000u);
  EXPECT_EQ(reader.counters().laps, 0u);
  EXPECT_EQ(reader.counters().corrupt, 0u);
}

TEST_F(RingReaderTest, DeliversFramesAsLargeAsTheRing) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  for (uint64_t i = 1; i <= 5; ++i) {
    must_write(writer, i, writer.max_payload(), i == 1);
    expect_frame(reader, i);
  }
}

TEST_F(RingReaderTest, SkipsARestThatHoldsNoHeader) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, kData - 32 - 24, true);  // 24 bytes are left
  expect_frame(reader, 1);
  must_write(writer, 2, 10);
  EXPECT_EQ(peek<uint64_t>(ring(), 8), 0u);
  expect_frame(reader, 2);
}

TEST_F(RingReaderTest, StartsAtTheNewestKeyframe) {
  auto writer = must_open(ring());
  for (uint64_t i = 1; i <= 6; ++i) must_write(writer, i, 500, i == 1 || i == 4);
  auto reader = make_reader();
  EXPECT_TRUE(reader.awaiting_keyframe());
  expect_frame(reader, 4);
  EXPECT_FALSE(reader.awaiting_keyframe());
  EXPECT_EQ(reader.backlog(), 2u);
  expect_frame(reader, 5);
  expect_frame(reader, 6);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
}

TEST_F(RingReaderTest, DeliversNothingBeforeAKeyframe) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 500);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 2, 500, true);
  expect_frame(reader, 2);
}

TEST_F(RingReaderTest, JoinsAtTheNextKeyframeWhenAsked) {
  auto writer = must_open(ring());
  must_write(writer, 1, 500, true);
  auto reader = make_reader(Join::kNextKeyframe);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 2, 500);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 3, 500, true);
  expect_frame(reader, 3);
  reader.join(Join::kNextKeyframe);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  reader.join(Join::kNewestKeyframe);
  expect_frame(reader, 3);
}

TEST_F(RingReaderTest, ReportsLapWhenWriterOvertakes) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  for (uint64_t i = 2; i <= 30; ++i) must_write(writer, i, 1000, i == 28);
  EXPECT_EQ(next(reader), ReadState::kLap);
  EXPECT_EQ(reader.counters().laps, 1u);
  expect_frame(reader, 28);
  expect_frame(reader, 29);
  EXPECT_EQ(reader.counters().frames_skipped, 26u);
}

TEST_F(RingReaderTest, DeliversNothingAfterALapUntilAKeyframe) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  for (uint64_t i = 2; i <= 30; ++i) must_write(writer, i, 1000);
  EXPECT_EQ(next(reader), ReadState::kLap);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 31, 1000);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 32, 1000, true);
  expect_frame(reader, 32);
  EXPECT_EQ(reader.counters().laps, 1u);
}

TEST_F(RingReaderTest, DoesNotDeliverAKeyframeTwiceAfterALap) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 3000, true);
  expect_frame(reader, 1);
  must_write(writer, 2, 100, true);
  expect_frame(reader, 2);
  must_write(writer, 3, 6000);  // skips the rest and overwrites frame 1, whose place frame 3's reader never needs
  must_write(writer, 4, 1000);
  EXPECT_NE(next(reader), ReadState::kEmpty);
  EXPECT_LE(reader.counters().frames, 4u);
  EXPECT_NE(header_.frame_seq, 1u);
}

TEST_F(RingReaderTest, ReportsCorruptWhenThePayloadDoesNotMatch) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  must_write(writer, 2, 1000);
  poke<uint8_t>(ring(), 16 + 1032 + 32 + 500,
                static_cast<uint8_t>(~std::to_integer<unsigned>(make_payload(2, 1000)[500])));
  EXPECT_EQ(next(reader), ReadState::kCorrupt);
  EXPECT_EQ(reader.counters().crc_errors, 1u);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 3, 1000, true);
  expect_frame(reader, 3);
  EXPECT_EQ(reader.counters().corrupt, 1u);
  EXPECT_EQ(reader.counters().frames_skipped, 1u);
}

TEST_F(RingReaderTest, CorruptKeyframeIsReportedOnce) {
  auto writer = must_open(ring());
  must_write(writer, 1, 1000, true);
  poke<uint64_t>(ring(), 16 + 32, 0);
  auto reader = make_reader();
  EXPECT_EQ(next(reader), ReadState::kCorrupt);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  EXPECT_EQ(reader.counters().corrupt, 1u);
}

TEST_F(RingReaderTest, LeavesTheChecksumAloneWhenToldTo) {
  auto writer = must_open(ring());
  must_write(writer, 1, 1000, true);
  poke<uint64_t>(ring(), 16 + 32, 0);
  auto reader = make_reader(Join::kNewestKeyframe, false);
  EXPECT_EQ(next(reader), ReadState::kFrame);
}

TEST_F(RingReaderTest, ReportsCorruptForASmallerNumber) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  must_write(writer, 2, 1000);
  poke<uint64_t>(ring(), 16 + 1032 + 8, 1);
  EXPECT_EQ(next(reader), ReadState::kCorrupt);
}

TEST_F(RingReaderTest, ReportsLapForAGreaterNumber) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  must_write(writer, 2, 1000);
  must_write(writer, 3, 1000);
  poke<uint64_t>(ring(), 16 + 1032 + 8, 3);
  EXPECT_EQ(next(reader), ReadState::kLap);
}

TEST_F(RingReaderTest, BrokenSizesNeverSizeACopy) {
  auto writer = must_open(ring());
  must_write(writer, 1, 1000, true);
  for (uint32_t size : {0xffffffffu, static_cast<uint32_t>(kData), static_cast<uint32_t>(kData - 31), 1001u}) {
    poke<uint32_t>(ring(), 16 + 16, size);
    auto reader = make_reader();
    const uint64_t asked = sink_.asked();
    EXPECT_EQ(next(reader), ReadState::kCorrupt) << size;
    EXPECT_EQ(sink_.asked(), asked) << size;
  }
}

TEST_F(RingReaderTest, BrokenPositionsAreCorruptAndEndTheCall) {
  auto writer = must_open(ring());
  must_write(writer, 1, 1000, true);
  for (uint64_t position : {uint64_t{4}, kData - 8, kNoPosition - 7, kMaxPosition, uint64_t{1} << 40}) {
    poke<uint64_t>(ring(), trailer_at(80), position);
    poke<uint64_t>(ring(), trailer_at(72), position);
    auto reader = make_reader();
    EXPECT_EQ(next(reader), ReadState::kCorrupt) << position;
    EXPECT_EQ(reader.latest(sink_, header_), ReadState::kCorrupt) << position;
  }
}

TEST_F(RingReaderTest, WrapMarkerAtALapsStartIsCorrupt) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 6000, true);
  expect_frame(reader, 1);
  must_write(writer, 2, 6000);
  poke<uint16_t>(ring(), 16 + 20, kFlagWrapMarker);
  EXPECT_EQ(next(reader), ReadState::kCorrupt);
}

TEST_F(RingReaderTest, FollowsWhenTheNumberWentBack) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  for (uint64_t i = 1; i <= 5; ++i) must_write(writer, i, 100, i == 1);
  for (uint64_t i = 1; i <= 5; ++i) expect_frame(reader, i);
  poke<uint64_t>(ring(), 0, 2);
  EXPECT_EQ(next(reader), ReadState::kCorrupt);
  must_write(writer, 6, 100, true);
  expect_frame(reader, 6);
}

TEST_F(RingReaderTest, AnnouncedKeyframeWaitsForItsCommit) {
  auto writer = must_open(ring());
  must_write(writer, 1, 100);
  must_write(writer, 2, 100, true);
  poke<uint64_t>(ring(), 0, 1);  // as between the writer's stores
  auto reader = make_reader();
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  EXPECT_EQ(reader.latest(sink_, header_), ReadState::kEmpty);
  poke<uint64_t>(ring(), 0, 2);
  expect_frame(reader, 2);
  EXPECT_EQ(reader.counters().corrupt, 0u);
}

TEST_F(RingReaderTest, LatestGivesTheNewestFrameAndLeavesNextAlone) {
  auto writer = must_open(ring());
  for (uint64_t i = 1; i <= 4; ++i) must_write(writer, i, 100, i == 1);
  auto reader = make_reader();
  expect_frame(reader, 1);
  ASSERT_EQ(reader.latest(sink_, header_), ReadState::kFrame);
  EXPECT_EQ(header_.frame_seq, 4u);
  expect_frame(reader, 2);
}

TEST_F(RingReaderTest, NewestKeyframeIsAPlaceToJoinAt) {
  auto writer = must_open(ring());
  for (uint64_t i = 1; i <= 6; ++i) must_write(writer, i, 100, i == 1 || i == 3);
  auto reader = make_reader();
  for (uint64_t i = 3; i <= 6; ++i) expect_frame(reader, i);
  ASSERT_EQ(reader.newest_keyframe(sink_, header_), ReadState::kFrame);
  EXPECT_EQ(header_.frame_seq, 3u);
  expect_frame(reader, 4);
}

TEST_F(RingReaderTest, FrameStaysWhenThereIsNoMemoryForIt) {
  auto writer = must_open(ring());
  must_write(writer, 1, 1000, true);
  auto reader = make_reader();
  sink_.refuse_above(999);
  EXPECT_EQ(next(reader), ReadState::kNoBuffer);
  sink_.refuse_above(1000);
  expect_frame(reader, 1);
  sink_.refuse_above(999);
  must_write(writer, 2, 1000);
  EXPECT_EQ(next(reader), ReadState::kNoBuffer);
  sink_.refuse_above(1000);
  expect_frame(reader, 2);
}

TEST_F(RingReaderTest, AllocatesNothingForAFrame) {
  auto writer = must_open(ring());
  auto reader = make_reader();
  must_write(writer, 1, 1000, true);
  expect_frame(reader, 1);
  const auto payload = make_payload(1, 1000);
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(writer.write({}, payload).ok());
    ASSERT_TRUE(reader.wait(std::chrono::seconds(1)));
    ASSERT_EQ(next(reader), ReadState::kFrame);
    ASSERT_EQ(next(reader), ReadState::kEmpty);
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr::frames
