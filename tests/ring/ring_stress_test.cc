// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>

#include <csignal>
#include <map>
#include <random>
#include <span>

#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::peek;
using testing::trailer_at;

constexpr int kWriters = 60;
constexpr std::size_t kTableBytes = 512 * 1024;

struct Load {
  const char* name;
  std::size_t ring_bytes;
  std::size_t max_frame_bytes;
  uint64_t frames;  ///< at most, per writer and reader
};

// A writer that is killed in the middle of its work again and again, and readers in another process. Frames are windows
// into a table that both sides have, so that writing costs little but the ring, and most kills hit a frame half
// written. Neither reader may ever deliver bytes that are not their frame's; one of them has no checksum to help it.
class RingStressTest : public ::testing::TestWithParam<Load> {
 protected:
  std::string ring() const { return folder_.file("frames"); }

  std::span<const std::byte> frame(uint64_t number) const {
    const std::size_t bytes = (number * 7919) % GetParam().max_frame_bytes;
    return {table_.data() + number * 64 % (kTableBytes - bytes), bytes};
  }

  /// Writes until it is killed; begins, as an encoder does, with a keyframe.
  [[noreturn]] void write_for_ever() const {
    auto writer = RingWriter::open({.path = ring(), .ring_bytes = GetParam().ring_bytes});
    if (!writer) ::_exit(1);
    for (uint64_t i = 0;; ++i) {
      const uint64_t number = writer->sequence_number() + 1;
      if (!writer->write({.frame_id = number, .keyframe = i % 5 == 0}, frame(number))) ::_exit(2);
    }
  }

  void expect_own_bytes(const FrameHeader& header) const {
    const auto expected = frame(header.frame_seq);
    ASSERT_EQ(header.frame_id, header.frame_seq);
    ASSERT_EQ(header.size, expected.size());
    ASSERT_EQ(std::memcmp(sink_.data(), expected.data(), expected.size()), 0) << "frame " << header.frame_seq;
  }

  /// Reads until `frames` more were delivered.
  void follow(RingReader& reader, uint64_t frames) {
    FrameHeader header;
    for (const uint64_t end = reader.counters().frames + frames; reader.counters().frames < end;) {
      const ReadState state = reader.next(sink_, header);
      if (state == ReadState::kEmpty) ::sched_yield();  // to sleep would have the wake-up decide where writers die
      if (state != ReadState::kFrame) continue;
      ASSERT_GT(header.frame_seq, last_seq_[&reader]) << "numbers never go back, not even over a restart";
      last_seq_[&reader] = header.frame_seq;
      ASSERT_NO_FATAL_FAILURE(expect_own_bytes(header));
    }
  }

  bool was_killed_in_mid_write() const {
    const std::size_t ring_bytes = GetParam().ring_bytes;
    const auto head = peek<uint64_t>(ring(), trailer_at(kHeadAt, ring_bytes));
    const auto reserved = peek<uint64_t>(ring(), trailer_at(kReservedAt, ring_bytes));
    const auto size = peek<uint32_t>(ring(), kDataAt + head % data_bytes(ring_bytes) + 16);
    if (!is_whole(head, reserved, data_bytes(ring_bytes))) return true;  // the next one reached over the newest
    return reserved > head + kFrameHeaderBytes + size;
  }

  const sdr::testing::TemporaryFolder folder_;
  const std::vector<std::byte> table_ = testing::make_payload(1, kTableBytes);
  testing::MemorySink sink_;
  std::map<const RingReader*, uint64_t> last_seq_;
};

TEST_P(RingStressTest, TornFramesAreNeverDeliveredWhateverMomentTheWriterDies) {
  RingReader checking({.path = ring(), .file_check_interval = std::chrono::milliseconds(1)});
  RingReader trusting({.path = ring(), .check_crc = false, .file_check_interval = std::chrono::milliseconds(1)});
  std::mt19937 random(7);
  int in_mid_write = 0;
  for (int i = 0; i < kWriters; ++i) {
    const pid_t writer = ::fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) write_for_ever();
    while (checking.writer_pid() != static_cast<uint32_t>(writer)) {
      checking.wait(std::chrono::milliseconds(1));
      checking.attach();
    }
    follow(checking, 1 + random() % GetParam().frames);
    follow(trusting, 1 + random() % GetParam().frames);
    for (uint64_t looks = random() % 20'000; looks > 0; --looks) (void)checking.sequence_number();
    ::kill(writer, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
    in_mid_write += was_killed_in_mid_write() ? 1 : 0;
    if (HasFatalFailure()) return;
  }
  const bool mostly_copying = GetParam().max_frame_bytes > 10'000;  // else most kills hit the wake-up's system call
  EXPECT_TRUE(in_mid_write > 0 || !mostly_copying) << "no kill hit a frame half written: nothing was tested";
  EXPECT_EQ(checking.writer_epoch(), static_cast<uint64_t>(kWriters)) << "each writer continued the same ring";
  EXPECT_EQ(checking.counters().attaches, 1u);
  EXPECT_EQ(checking.counters().crc_errors, 0u) << "a torn frame got as far as its checksum";
  RecordProperty("in_mid_write", in_mid_write);
}

INSTANTIATE_TEST_SUITE_P(Loads, RingStressTest,
                         ::testing::Values(Load{"FramesMuchSmallerThanTheRing", 1 << 20, 200'000, 20},
                                           Load{"FramesAlmostAsLargeAsTheRing", 64 * 1024, 60'000, 2},
                                           Load{"TinyFrames", 16 * 1024, 64, 20}),
                         [](const auto& load) { return std::string(load.param.name); });

}  // namespace
}  // namespace sdr::frames
