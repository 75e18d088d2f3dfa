// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "frames/ring_reader.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::kSmallRing;
using testing::make_payload;
using testing::must_open;
using testing::must_write;
using testing::poke;
using testing::trailer_at;

// A ring's file as readers meet it: missing, foreign, replaced, truncated, deleted, full of noise, with a dead writer.
class RingReaderFileTest : public ::testing::Test {
 protected:
  std::string ring() const { return folder_.file("frames"); }
  RingReader make_reader() const { return RingReader({.path = ring(), .clock = &clock_}); }
  ReadState next(RingReader& reader) { return reader.next(sink_, header_); }
  void pass(std::chrono::milliseconds time) { clock_.advance(time); }
  void expect_frame(RingReader& reader, uint64_t number) {
    ASSERT_EQ(next(reader), ReadState::kFrame) << reader.ring_error();
    EXPECT_EQ(header_.frame_id, number);
    EXPECT_EQ(sink_.payload(header_), make_payload(number, header_.size));
  }
  void fill_with_noise(std::size_t from, std::size_t to, unsigned seed) const {
    std::mt19937 random(seed);
    std::vector<uint8_t> noise(to - from);
    for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
    poke(ring(), from, noise.data(), noise.size());
  }

  sdr::testing::TemporaryFolder folder_;
  FakeClock clock_;
  testing::MemorySink sink_;
  FrameHeader header_;
};

TEST_F(RingReaderFileTest, WaitsForARingThatIsNotThereYet) {
  auto reader = make_reader();
  EXPECT_EQ(next(reader), ReadState::kNoRing);
  EXPECT_EQ(reader.writer_state(), WriterState::kAbsent);
  EXPECT_EQ(reader.sequence_number(), 0u);
  EXPECT_NE(reader.ring_error().find("No such file"), std::string::npos) << reader.ring_error();
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 1, 100, true);
  EXPECT_EQ(next(reader), ReadState::kNoRing) << "looks only once per interval";
  pass(std::chrono::milliseconds(50));
  expect_frame(reader, 1);
  EXPECT_TRUE(reader.ring_error().empty());
  EXPECT_EQ(reader.writer_pid(), static_cast<uint32_t>(::getpid()));
  EXPECT_EQ(reader.writer_epoch(), 1u);
  EXPECT_EQ(reader.ring_bytes(), kSmallRing);
}

TEST_F(RingReaderFileTest, ForeignFilesAreNoRings) {
  for (std::size_t bytes : {std::size_t{0}, std::size_t{100}, std::size_t{4096}, kSmallRing}) {
    std::ofstream(ring(), std::ios::trunc) << std::string(bytes, 'x');
    auto reader = make_reader();
    EXPECT_EQ(next(reader), ReadState::kNoRing) << bytes;
    EXPECT_NE(reader.ring_error().find("not a frame ring"), std::string::npos) << reader.ring_error();
  }
  std::filesystem::remove(ring());
  std::filesystem::create_directory(ring());
  auto reader = make_reader();
  EXPECT_EQ(next(reader), ReadState::kNoRing);
}

TEST_F(RingReaderFileTest, FollowsAWriterThatRestartsOnTheSameFile) {
  auto reader = make_reader();
  {
    auto writer = must_open(ring(), kSmallRing, &clock_);
    must_write(writer, 1, 100, true);
    pass(std::chrono::milliseconds(50));
    expect_frame(reader, 1);
  }
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 2, 100, true);
  expect_frame(reader, 2);
  EXPECT_EQ(header_.frame_seq, 2u);
  pass(std::chrono::milliseconds(50));
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  EXPECT_EQ(reader.counters().writer_restarts, 1u);
  EXPECT_EQ(reader.counters().attaches, 1u);
}

TEST_F(RingReaderFileTest, FollowsARingThatWasReplacedByRename) {
  auto reader = make_reader();
  {
    auto writer = must_open(ring(), kSmallRing, &clock_);
    must_write(writer, 1, 100, true);
    pass(std::chrono::milliseconds(50));
    expect_frame(reader, 1);
  }
  auto writer = must_open(ring(), 2 * kSmallRing, &clock_);
  must_write(writer, 11, 9000, true);
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  pass(std::chrono::milliseconds(50));
  EXPECT_EQ(next(reader), ReadState::kEmpty) << "attaches";
  expect_frame(reader, 11);
  EXPECT_EQ(reader.ring_bytes(), 2 * kSmallRing);
  EXPECT_EQ(reader.counters().attaches, 2u);
}

TEST_F(RingReaderFileTest, SurvivesTruncationAndFollowsTheRepair) {
  for (std::size_t left : {std::size_t{0}, std::size_t{4096}, std::size_t{8192}}) {
    std::filesystem::remove(ring());
    auto writer = must_open(ring(), kSmallRing, &clock_);
    must_write(writer, 1, 6000, true);
    auto reader = make_reader();
    std::filesystem::resize_file(ring(), left);
    EXPECT_EQ(next(reader), ReadState::kNoRing) << left;
    EXPECT_EQ(reader.counters().truncations, 1u);
    EXPECT_EQ(reader.sequence_number(), 0u);
    pass(std::chrono::milliseconds(100));
    EXPECT_EQ(next(reader), ReadState::kNoRing);
    must_write(writer, 2, 100, true);
    pass(std::chrono::milliseconds(50));
    expect_frame(reader, 2);
  }
}

TEST_F(RingReaderFileTest, KeepsReadingADeletedFileUntilAnotherStandsThere) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 1, 100, true);
  auto reader = make_reader();
  std::filesystem::remove(ring());
  expect_frame(reader, 1);
  must_write(writer, 2, 100);
  expect_frame(reader, 2);
  pass(std::chrono::milliseconds(100));
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  must_write(writer, 3, 100, true);  // makes the file anew
  pass(std::chrono::milliseconds(50));
  EXPECT_EQ(next(reader), ReadState::kEmpty);
  expect_frame(reader, 3);
  EXPECT_EQ(header_.frame_seq, 3u);
}

TEST_F(RingReaderFileTest, NoiseCostsFramesAndNothingElse) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  auto reader = make_reader();
  for (unsigned round = 1; round <= 200; ++round) {
    fill_with_noise(round % 3 == 0 ? 0 : trailer_at(0), round % 2 == 0 ? kSmallRing : trailer_at(136), round);
    for (int i = 0; i < 10; ++i) {
      EXPECT_NE(next(reader), ReadState::kFrame);
      EXPECT_NE(reader.latest(sink_, header_), ReadState::kFrame);
      pass(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(writer.heartbeat().ok());
    must_write(writer, round, 500, true);
    pass(std::chrono::milliseconds(50));
    ReadState state = next(reader);
    if (state != ReadState::kFrame) state = next(reader);  // it first says that something was lost
    ASSERT_EQ(state, ReadState::kFrame) << round;
    EXPECT_EQ(sink_.payload(header_), make_payload(round, 500));
  }
}

TEST_F(RingReaderFileTest, TellsAStalledWriter) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  auto reader = make_reader();
  EXPECT_EQ(reader.writer_state(), WriterState::kAlive);
  pass(std::chrono::milliseconds(501));
  EXPECT_EQ(reader.writer_state(), WriterState::kStalled);
  ASSERT_TRUE(writer.heartbeat().ok());
  EXPECT_EQ(reader.writer_state(), WriterState::kAlive);
  poke<uint64_t>(ring(), trailer_at(32), ~uint64_t{0});
  EXPECT_EQ(reader.writer_state(), WriterState::kStalled);
}

}  // namespace
}  // namespace sdr::frames
