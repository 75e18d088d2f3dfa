// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <span>
#include <string>

#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::peek;
using testing::trailer_at;

constexpr int kWriters = 60;
constexpr std::size_t kTableBytes = 512 * 1024;
constexpr std::size_t kPage = 4096;

void* page_to_lose = nullptr;  ///< of the writer's own mapping, for its signal handler

/// Blocks or unblocks SIGUSR1.
void change_mask(int how) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGUSR1);
  ::pthread_sigmask(how, &signals, nullptr);
}

/// Where this process has the file mapped; null where it has not.
std::byte* mapping_of(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with(path)) return reinterpret_cast<std::byte*>(std::stoull(line, nullptr, 16));
  }
  return nullptr;
}

struct Load {
  const char* name;
  std::size_t ring_bytes;
  std::size_t max_frame_bytes;
  uint64_t frames;  ///< at most, per writer and reader
};

// A writer that dies in the middle of its work again and again, and readers in another process. Every other one is
// killed at a moment left to chance; the rest lose a page of the ring's data and die where a frame gets to it, so that
// frames are left half written whatever the machine's timing. Frames are windows into a table that both sides have:
// writing costs little but the ring. Neither reader may ever deliver bytes that are not their frame's; one of them has
// no checksum to help it.
class RingStressTest : public ::testing::TestWithParam<Load> {
 protected:
  std::string ring() const { return folder_.file("frames"); }

  std::span<const std::byte> frame(uint64_t number) const {
    const std::size_t bytes = (number * 7919) % GetParam().max_frame_bytes;
    return {table_.data() + number * 64 % (kTableBytes - bytes), bytes};
  }

  /// From a SIGUSR1 on, the writer cannot write to this page of the ring.
  void lose_on_request(std::size_t page) const {
    std::byte* const mapping = mapping_of(ring());
    if (mapping == nullptr) ::_exit(3);
    page_to_lose = mapping + page * kPage;
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would make an exit of it
    ::signal(SIGUSR1, [](int) { ::mprotect(page_to_lose, kPage, PROT_READ); });
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    change_mask(SIG_UNBLOCK);
  }

  /// Writes until it dies; begins, as an encoder does, with a keyframe.
  [[noreturn]] void write_for_ever() const {
    auto writer = RingWriter::open({.path = ring(), .ring_bytes = GetParam().ring_bytes});
    if (!writer) ::_exit(1);
    lose_on_request(1 + static_cast<std::size_t>(::getpid()) % (GetParam().ring_bytes / kPage - 2));
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

  bool died_in_mid_write() const {
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
  change_mask(SIG_BLOCK);  // until a writer has its handler
  RingReader checking({.path = ring(), .file_check_interval = std::chrono::milliseconds(1)});
  RingReader trusting({.path = ring(), .check_crc = false, .file_check_interval = std::chrono::milliseconds(1)});
  std::mt19937 random(7);
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
    const bool by_chance = i % 2 == 0;
    ::kill(writer, by_chance ? SIGKILL : SIGUSR1);
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
    ASSERT_EQ(WTERMSIG(status), by_chance ? SIGKILL : SIGSEGV);
    ASSERT_TRUE(by_chance || died_in_mid_write());
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(checking.writer_epoch(), static_cast<uint64_t>(kWriters)) << "each writer continued the same ring";
  EXPECT_EQ(checking.counters().attaches, 1u);
  EXPECT_EQ(checking.counters().crc_errors, 0u) << "a torn frame got as far as its checksum";
}

INSTANTIATE_TEST_SUITE_P(Loads, RingStressTest,
                         ::testing::Values(Load{"FramesMuchSmallerThanTheRing", 1 << 20, 200'000, 20},
                                           Load{"FramesAlmostAsLargeAsTheRing", 64 * 1024, 60'000, 2},
                                           Load{"TinyFrames", 16 * 1024, 64, 20}),
                         [](const auto& load) { return std::string(load.param.name); });

}  // namespace
}  // namespace sdr::frames
