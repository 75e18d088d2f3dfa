// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>

#include "frames/ring_reader.h"
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

// A writer that died at each of its stores, and the one after it. The dead one's words are written back by hand; the
// stress test kills real ones.
class RingTakeoverTest : public ::testing::Test {
 protected:
  std::string ring() const { return folder_.file("frames"); }
  uint64_t trailer_word(std::size_t at) const { return peek<uint64_t>(ring(), trailer_at(at)); }
  void SetUp() override {
    auto writer = must_open(ring());
    must_write(writer, 1, 1000, true);
    must_write(writer, 2, 1000);
    before_ = {peek<uint64_t>(ring(), 0), peek<uint64_t>(ring(), 8), trailer_word(64), trailer_word(72),
               trailer_word(80)};
    must_write(writer, 3, 2000, true);
  }
  /// As if the writer of frame 3 had died before the named stores.
  void undo_commit() { poke(ring(), 0, before_.sequence); }
  void undo_write_index() { poke(ring(), 8, before_.write_index); }
  void undo_head() { poke(ring(), trailer_at(72), before_.head); }
  void undo_keyframe() { poke(ring(), trailer_at(80), before_.keyframe); }
  void expect_goes_on(uint64_t seq) {
    RingReader reader({.path = ring()});
    testing::MemorySink sink;
    FrameHeader header;
    auto writer = must_open(ring());
    EXPECT_EQ(writer.counters().files_made, 0u);
    EXPECT_EQ(must_write(writer, seq, 700, true).frame_seq, seq);
    ASSERT_EQ(reader.next(sink, header), ReadState::kFrame);
    EXPECT_EQ(header.frame_seq, seq);
    EXPECT_EQ(sink.payload(header), make_payload(seq, 700));
  }

  struct Words {
    uint64_t sequence, write_index, reserved, head, keyframe;
  };
  sdr::testing::TemporaryFolder folder_;
  Words before_{};
};

TEST_F(RingTakeoverTest, FrameThatLacksOnlyItsCommitIsCommitted) {
  undo_commit();
  {
    const auto writer = must_open(ring());
    EXPECT_EQ(writer.sequence_number(), 3u);
    EXPECT_EQ(peek<uint64_t>(ring(), 0), 3u);
  }
  undo_commit();
  undo_write_index();
  const auto writer = must_open(ring());
  EXPECT_EQ(peek<uint64_t>(ring(), 0), 3u);
  EXPECT_EQ(peek<uint64_t>(ring(), 8), trailer_word(72) % kData);
}

TEST_F(RingTakeoverTest, AnnouncedKeyframeThatWasNotCommittedIsForgotten) {
  undo_commit();
  undo_write_index();
  undo_head();
  {
    const auto writer = must_open(ring());
    EXPECT_EQ(writer.sequence_number(), 2u);
    EXPECT_EQ(trailer_word(80), kNoPosition);
  }
  expect_goes_on(3);
}

TEST_F(RingTakeoverTest, FrameInTheMiddleOfItsPayloadIsWrittenOver) {
  undo_commit();
  undo_write_index();
  undo_head();
  undo_keyframe();
  poke<uint64_t>(ring(), 16 + 2 * 1032 + 8, 0);
  expect_goes_on(3);
  EXPECT_EQ(trailer_word(72), 2 * 1032u) << "in the place of the unfinished one";
}

TEST_F(RingTakeoverTest, ReservationNeverGoesBack) {
  undo_commit();
  undo_write_index();
  undo_head();
  undo_keyframe();
  const uint64_t reserved = trailer_word(64);
  expect_goes_on(3);
  EXPECT_EQ(trailer_word(64), reserved);
}

TEST_F(RingTakeoverTest, NewestFrameThatWasBeingWrittenOverIsNotTrusted) {
  undo_commit();
  undo_write_index();
  undo_head();
  const uint64_t reserved = kData + before_.head + 100;  // a frame of the next lap reached over it
  poke(ring(), trailer_at(64), reserved);
  poke<uint64_t>(ring(), 16 + before_.head + 16, ~uint64_t{0});
  expect_goes_on(3);
  EXPECT_GE(trailer_word(72), reserved);
}

TEST_F(RingTakeoverTest, FirstFrameThatWasNeverFinishedIsBegunAgain) {
  std::filesystem::remove(ring());
  { must_open(ring()); }
  poke<uint64_t>(ring(), trailer_at(64), 532);
  auto writer = must_open(ring());
  EXPECT_EQ(must_write(writer, 1, 10, true).frame_seq, 1u);
  EXPECT_EQ(trailer_word(72), 0u);
  EXPECT_EQ(trailer_word(64), 532u);
}

TEST_F(RingTakeoverTest, ReaderGoesOnAfterATakeoverBehindTheReservation) {
  RingReader reader({.path = ring()});
  testing::MemorySink sink;
  FrameHeader header;
  ASSERT_EQ(reader.next(sink, header), ReadState::kFrame);
  EXPECT_EQ(header.frame_seq, 3u);
  poke(ring(), trailer_at(64), trailer_word(72) + kData + 8);
  auto writer = must_open(ring());
  must_write(writer, 4, 100);
  ReadState state = reader.next(sink, header);
  EXPECT_TRUE(state == ReadState::kLap || state == ReadState::kCorrupt);
  EXPECT_EQ(reader.next(sink, header), ReadState::kEmpty);
  must_write(writer, 5, 100, true);
  ASSERT_EQ(reader.next(sink, header), ReadState::kFrame);
  EXPECT_EQ(header.frame_seq, 5u);
}

}  // namespace
}  // namespace sdr::frames
