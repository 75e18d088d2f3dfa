// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "frames/ring_reader.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::kSmallRing;
using testing::make_payload;
using testing::must_open;
using testing::must_write;

constexpr uint64_t kFrames = 20'000;

// Reader and writer at the same time, in one process so that thread sanitizers see both. They know no fences, but they
// do know the word-wise atomics; that nothing torn comes through is what the payloads tell, and what the two-process
// test repeats.
class RingThreadsTest : public ::testing::Test {
 protected:
  std::string ring() const { return folder_.file("frames"); }

  sdr::testing::TemporaryFolder folder_;
};

TEST_F(RingThreadsTest, TornFramesAreNeverDelivered) {
  auto writer = must_open(ring());
  std::atomic<bool> done = false;
  std::thread reading([&] {
    RingReader reader({.path = ring(), .check_crc = false});  // the reservation alone has to notice
    testing::MemorySink sink;
    FrameHeader header;
    uint64_t last = 0;
    while (!done || reader.backlog() > 0) {
      const ReadState state = reader.next(sink, header);
      ASSERT_NE(state, ReadState::kCorrupt);
      if (state == ReadState::kEmpty && done) break;
      if (state != ReadState::kFrame) continue;
      ASSERT_GT(header.frame_seq, last);
      ASSERT_EQ(sink.payload(header), make_payload(header.frame_id, header.size));
      last = header.frame_seq;
    }
  });
  for (uint64_t i = 1; i <= kFrames; ++i) must_write(writer, i, (i * 7919) % 4000, i % 3 == 0);
  done = true;
  reading.join();
}

TEST_F(RingThreadsTest, LatestIsAlwaysAWholeFrame) {
  auto writer = must_open(ring());
  must_write(writer, 1, 100, true);
  std::atomic<bool> done = false;
  std::thread reading([&] {
    RingReader reader({.path = ring(), .check_crc = false});
    testing::MemorySink sink;
    FrameHeader header;
    while (!done) {
      const ReadState state = reader.latest(sink, header);
      ASSERT_TRUE(state == ReadState::kFrame || state == ReadState::kEmpty);
      if (state == ReadState::kFrame) {
        ASSERT_EQ(sink.payload(header), make_payload(header.frame_id, header.size));
      }
    }
  });
  for (uint64_t i = 2; i <= kFrames; ++i) must_write(writer, i, (i * 7919) % 4000, i % 3 == 0);
  done = true;
  reading.join();
}

TEST_F(RingThreadsTest, SleepingReaderIsWokenByEachCommit) {
  auto writer = must_open(ring());
  RingReader reader({.path = ring(),
                     .spin = std::chrono::microseconds(0),
                     .poll_interval = std::chrono::hours(1),  // only the futex can end the wait
                     .file_check_interval = std::chrono::hours(1)});
  std::atomic<uint64_t> delivered = 0;
  std::thread reading([&] {
    testing::MemorySink sink;
    FrameHeader header;
    while (delivered < 2000) {
      if (reader.next(sink, header) == ReadState::kFrame)
        ++delivered;
      else
        reader.wait(std::chrono::hours(1));
    }
  });
  for (uint64_t i = 1; i <= 2000; ++i) {
    must_write(writer, i, 16, true);
    while (delivered < i) std::this_thread::yield();
  }
  reading.join();
  EXPECT_EQ(reader.counters().laps, 0u);
}

TEST_F(RingThreadsTest, WaitEndsWhenARingAppears) {
  RingReader reader({.path = ring(), .file_check_interval = std::chrono::milliseconds(1)});
  std::thread writing([&] { must_open(ring()); });
  while (!reader.wait(std::chrono::seconds(1))) {
  }
  writing.join();
  EXPECT_TRUE(reader.attach());
}

TEST_F(RingThreadsTest, WaitWithoutNewsIsFalse) {
  auto writer = must_open(ring());
  must_write(writer, 1, 16);
  RingReader reader({.path = ring()});
  testing::MemorySink sink;
  FrameHeader header;
  EXPECT_TRUE(reader.wait(std::chrono::nanoseconds(0))) << "nobody has looked at frame 1 yet";
  EXPECT_EQ(reader.next(sink, header), ReadState::kEmpty);
  EXPECT_FALSE(reader.wait(std::chrono::milliseconds(1)));
}

TEST_F(RingThreadsTest, FileThatIsTruncatedWhileReadHarmsNobody) {
  auto writer = must_open(ring());
  std::atomic<bool> done = false;
  std::thread reading([&] {
    RingReader reader({.path = ring(), .file_check_interval = std::chrono::milliseconds(0)});
    testing::MemorySink sink;
    FrameHeader header;
    while (!done) {
      if (reader.next(sink, header) != ReadState::kFrame) continue;
      ASSERT_EQ(sink.payload(header), make_payload(header.frame_id, header.size));
    }
  });
  for (uint64_t i = 1; i <= 300; ++i) {
    const auto payload = make_payload(i, 3000);
    (void)writer.write({.frame_id = i, .keyframe = true}, payload);  // may find its file gone
    if (i % 10 == 0) std::filesystem::resize_file(ring(), (i % 3) * 4096);
  }
  done = true;
  reading.join();
  EXPECT_GE(writer.counters().files_made, 30u);
}

}  // namespace
}  // namespace sdr::frames
