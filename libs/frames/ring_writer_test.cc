// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/testing/allocations.h"
#include "frames/crc32.h"
#include "frames/errc.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::kSmallRing;
using testing::must_open;
using testing::must_write;
using testing::peek;
using testing::poke;
using testing::trailer_at;

class RingWriterTest : public ::testing::Test {
 protected:
  std::string ring() const { return folder_.file("frames"); }
  uint64_t trailer_word(std::size_t at) const { return peek<uint64_t>(ring(), trailer_at(at)); }
  Error open_error(std::size_t bytes = kSmallRing) const {
    auto writer = RingWriter::open({.path = ring(), .ring_bytes = bytes});
    EXPECT_FALSE(writer.ok());
    return writer.ok() ? Error({}) : writer.error();
  }

  sdr::testing::TemporaryFolder folder_;
  FakeClock clock_;
};

TEST_F(RingWriterTest, NewRingHasTheLayoutOfTheSpecification) {
  const auto writer = must_open(ring());
  EXPECT_EQ(std::filesystem::file_size(ring()), kSmallRing);
  EXPECT_EQ(peek<uint64_t>(ring(), 0), 0u);
  EXPECT_EQ(trailer_word(0), kMagic);
  EXPECT_EQ(peek<uint32_t>(ring(), trailer_at(8)), 1u);
  EXPECT_EQ(peek<uint32_t>(ring(), trailer_at(12)), static_cast<uint32_t>(::getpid()));
  EXPECT_EQ(trailer_word(16), kSmallRing - 4112);
  EXPECT_EQ(trailer_word(24), 1u);
  EXPECT_NE(trailer_word(32), 0u);
  EXPECT_EQ(trailer_word(80), kNoPosition);
}

TEST_F(RingWriterTest, FileIsAllocatedWhenItIsMade) {
  const auto writer = must_open(ring());
  struct stat status {};
  ASSERT_EQ(::stat(ring().c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, static_cast<int64_t>(kSmallRing));
}

TEST_F(RingWriterTest, FirstFrameLiesAtByte16) {
  auto writer = must_open(ring());
  const FrameHeader header = must_write(writer, 42, 100, true);
  EXPECT_EQ(peek<uint64_t>(ring(), 0), 1u);
  EXPECT_EQ(peek<uint64_t>(ring(), 8), 0u);
  EXPECT_EQ(peek<uint64_t>(ring(), 16), 42u);
  EXPECT_EQ(header.crc32, crc32_of(testing::make_payload(42, 100)));
  EXPECT_EQ(peek<std::byte>(ring(), 48), testing::make_payload(42, 100)[0]);
  EXPECT_EQ(trailer_word(64), 132u);
  EXPECT_EQ(trailer_word(80), 0u);
  EXPECT_EQ(peek<uint32_t>(ring(), trailer_at(128)), 1u);
}

TEST_F(RingWriterTest, NextFrameIsAlignedToEight) {
  auto writer = must_open(ring());
  must_write(writer, 1, 101);
  must_write(writer, 2, 8);
  EXPECT_EQ(peek<uint64_t>(ring(), 8), 136u);
  EXPECT_EQ(trailer_word(72), 136u);
}

TEST_F(RingWriterTest, SkippedRestGetsAWrapMarkerAndNoNumber) {
  auto writer = must_open(ring());
  must_write(writer, 1, 6000);
  must_write(writer, 2, 6000);
  EXPECT_EQ(peek<uint64_t>(ring(), 8), 0u);
  EXPECT_EQ(trailer_word(72), kSmallRing - 4112);
  const std::size_t marker = 16 + 6032;
  EXPECT_EQ(peek<uint16_t>(ring(), marker + 20), kFlagWrapMarker);
  EXPECT_EQ(peek<uint64_t>(ring(), marker + 8), 0u);
  EXPECT_EQ(peek<uint16_t>(ring(), marker + 22), 0u);
}

TEST_F(RingWriterTest, FrameAsLargeAsTheDataRegionIsTaken) {
  auto writer = must_open(ring());
  must_write(writer, 1, 16);
  EXPECT_EQ(writer.max_payload(), kSmallRing - 4112 - 32);
  must_write(writer, 2, writer.max_payload());
  EXPECT_EQ(writer.sequence_number(), 2u);
}

TEST_F(RingWriterTest, LargerFrameIsRefusedAndNothingChanges) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 1, 16);
  std::ifstream before_file(ring(), std::ios::binary);
  const std::string before(std::istreambuf_iterator<char>(before_file), {});
  const std::vector<std::byte> payload(writer.max_payload() + 1);
  const auto result = writer.write({}, payload);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), FramesErrc::kFrameTooLarge);
  std::ifstream after_file(ring(), std::ios::binary);
  EXPECT_EQ(before, std::string(std::istreambuf_iterator<char>(after_file), {}));
  EXPECT_EQ(writer.counters().refused, 1u);
}

TEST_F(RingWriterTest, SecondWriterIsRefusedWhileTheFirstLives) {
  {
    const auto writer = must_open(ring());
    EXPECT_EQ(open_error().code(), FramesErrc::kLocked);
    EXPECT_EQ(open_error(2 * kSmallRing).code(), FramesErrc::kLocked);
  }
  EXPECT_EQ(must_open(ring()).epoch(), 2u);
}

TEST_F(RingWriterTest, RestartContinuesNumbersAndPositions) {
  {
    auto writer = must_open(ring());
    for (uint64_t i = 1; i <= 5; ++i) must_write(writer, i, 3000, i == 4);
  }
  const uint64_t keyframe = trailer_word(80);
  auto writer = must_open(ring());
  EXPECT_EQ(writer.sequence_number(), 5u);
  EXPECT_EQ(writer.counters().files_made, 0u);
  EXPECT_EQ(trailer_word(80), keyframe);
  const uint64_t head = trailer_word(72);
  EXPECT_EQ(must_write(writer, 6, 10).frame_seq, 6u);
  EXPECT_EQ(trailer_word(72), place_frame(end_of_frame(head, 3000), 42, kSmallRing - 4112));
}

TEST_F(RingWriterTest, OtherSizeIsPutInPlaceByRename) {
  struct stat before {};
  {
    auto writer = must_open(ring());
    must_write(writer, 1, 10);
    ASSERT_EQ(::stat(ring().c_str(), &before), 0);
  }
  const FileDescriptor kept(::open(ring().c_str(), O_RDONLY));  // so that the inode's number is not used again
  auto writer = must_open(ring(), 2 * kSmallRing);
  struct stat after {};
  ASSERT_EQ(::stat(ring().c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);
  EXPECT_EQ(writer.sequence_number(), 0u);
  ASSERT_EQ(::fstat(kept.get(), &before), 0);
  EXPECT_EQ(before.st_size, static_cast<off_t>(kSmallRing));
  EXPECT_FALSE(std::filesystem::exists(ring() + ".new"));
}

TEST_F(RingWriterTest, OtherVersionIsReplaced) {
  { must_open(ring()); }
  poke<uint32_t>(ring(), trailer_at(8), 2);
  const auto writer = must_open(ring());
  EXPECT_EQ(writer.counters().files_made, 1u);
  EXPECT_EQ(peek<uint32_t>(ring(), trailer_at(8)), 1u);
}

TEST_F(RingWriterTest, ContradictoryWordsAreReplaced) {
  {
    auto writer = must_open(ring());
    must_write(writer, 1, 10);
  }
  poke<uint64_t>(ring(), trailer_at(72), 0x1234567890abcdef);
  EXPECT_EQ(must_open(ring()).counters().files_made, 1u);
}

TEST_F(RingWriterTest, ForeignFileIsNeverLost) {
  std::ofstream(ring()) << "a letter";
  const auto writer = must_open(ring());
  if (std::filesystem::exists(ring() + ".not-a-ring")) {  // nothing is kept in a memory file system
    EXPECT_EQ(std::filesystem::file_size(ring() + ".not-a-ring"), 8u);
  }
  EXPECT_EQ(trailer_word(0), kMagic);
}

TEST_F(RingWriterTest, RefusesSizesFoldersAndLinks) {
  EXPECT_EQ(open_error(1000).code(), FramesErrc::kBadSize);
  EXPECT_EQ(open_error(4096).code(), FramesErrc::kBadSize);
  std::filesystem::create_symlink("/etc/passwd", ring());
  EXPECT_EQ(open_error().code(), FramesErrc::kBadPath);
  std::filesystem::remove(ring());
  std::filesystem::create_directory(ring());
  EXPECT_EQ(open_error().code(), FramesErrc::kBadPath);
}

TEST_F(RingWriterTest, MakesMissingFolders) {
  const auto writer = RingWriter::open({.path = folder_.file("a/b/frames"), .ring_bytes = kSmallRing});
  EXPECT_TRUE(writer.ok());
}

// A limit on the size of files stands in for a full file system, which a test cannot bring about.
TEST_F(RingWriterTest, RingThatCannotBeAllocatedIsAnErrorAtStart) {
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{.rlim_cur = 8192, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const Error error = open_error();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(error.code(), std::errc::file_too_large);
  EXPECT_NE(error.message().find("allocating 12288 bytes"), std::string::npos) << error.message();
  EXPECT_FALSE(std::filesystem::exists(ring()));
  EXPECT_FALSE(std::filesystem::exists(ring() + ".new"));
}

TEST_F(RingWriterTest, DeletedFileIsMadeAnewAndNumbersGoOn) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 1, 10);
  std::filesystem::remove(ring());
  clock_.advance(std::chrono::milliseconds(100));
  ASSERT_TRUE(writer.heartbeat().ok());
  EXPECT_EQ(peek<uint64_t>(ring(), 0), 0u) << "no frame there yet";
  EXPECT_EQ(must_write(writer, 2, 10, true).frame_seq, 2u);
  EXPECT_EQ(peek<uint64_t>(ring(), 0), 2u);
  EXPECT_EQ(peek<uint64_t>(ring(), 16 + 8), 2u);
}

TEST_F(RingWriterTest, TruncatedFileIsSurvivedAndMadeAnew) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  must_write(writer, 1, 10);
  std::filesystem::resize_file(ring(), 100);
  (void)writer.write({}, testing::make_payload(2, 100));  // writes into lost pages
  clock_.advance(std::chrono::milliseconds(100));
  EXPECT_TRUE(writer.heartbeat().ok());
  must_write(writer, 3, 10, true);
  EXPECT_EQ(std::filesystem::file_size(ring()), kSmallRing);
  EXPECT_EQ(writer.counters().files_made, 2u);
  EXPECT_FALSE(std::filesystem::exists(ring() + ".not-a-ring"));
}

TEST_F(RingWriterTest, HeartbeatTellsTheTimeAndRepairsTheTrailer) {
  auto writer = must_open(ring(), kSmallRing, &clock_);
  poke<uint64_t>(ring(), trailer_at(0), 1);
  poke<uint64_t>(ring(), trailer_at(16), 1);
  clock_.advance(std::chrono::milliseconds(50));
  ASSERT_TRUE(writer.heartbeat().ok());
  EXPECT_EQ(trailer_word(32), to_us(clock_.now()));
  EXPECT_EQ(trailer_word(0), kMagic);
  EXPECT_EQ(trailer_word(16), kSmallRing - 4112);
}

TEST_F(RingWriterTest, AllocatesNothingForAFrame) {
  auto writer = must_open(ring(), kSmallRing, nullptr, "@sdr-nobody");
  const auto payload = testing::make_payload(1, 1000);
  ASSERT_TRUE(writer.write({}, payload).ok());
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(writer.write({}, payload).ok());
    ASSERT_TRUE(writer.heartbeat().ok());
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr::frames
