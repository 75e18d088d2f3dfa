// SPDX-License-Identifier: Apache-2.0
#include "base/byte_queue.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "base/testing/allocations.h"

namespace sdr {
namespace {

std::vector<uint8_t> record_of(size_t bytes, uint8_t value) { return std::vector<uint8_t>(bytes, value); }

void pass(SpscByteQueue& queue, size_t bytes) {
  ASSERT_TRUE(queue.try_push({record_of(bytes, 1)}));
  ASSERT_EQ(queue.front().size(), bytes);
  queue.pop();
}

TEST(SpscByteQueue, GivesRecordsWholeAndInOrder) {
  SpscByteQueue queue(1024);
  EXPECT_TRUE(queue.front().empty());
  const auto first = record_of(3, 1), second = record_of(200, 2);
  ASSERT_TRUE(queue.try_push({first, second}));
  ASSERT_TRUE(queue.try_push({second}));
  ASSERT_EQ(queue.front().size(), 203u);
  EXPECT_EQ(queue.front()[2], 1);
  EXPECT_EQ(queue.front()[3], 2);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(queue.front().data()) % SpscByteQueue::kAlign, 0u);
  queue.pop();
  ASSERT_EQ(queue.front().size(), 200u);
  queue.pop();
  EXPECT_TRUE(queue.front().empty());
}

TEST(SpscByteQueue, TakesHalfItsCapacityWhereverItStands) {
  SpscByteQueue queue(1024);
  const size_t large = queue.capacity() / 2 - SpscByteQueue::kAlign;
  for (size_t step = 1; step < 200; ++step) {
    pass(queue, step);
    pass(queue, large);
  }
}

TEST(SpscByteQueue, KeepsRoomForWhatMustNotBeRefused) {
  constexpr size_t kReserved = 5;
  const auto small = record_of(40, 1), data = record_of(90, 2);
  for (size_t start = 0; start < 64; ++start) {
    SpscByteQueue queue(2048);
    for (size_t i = 0; i < start; ++i) pass(queue, 30);
    while (queue.try_push({data}, (kReserved + 1) * SpscByteQueue::taken_by(small.size()))) {
    }
    for (size_t i = 0; i < kReserved; ++i) ASSERT_TRUE(queue.try_push({small})) << start << " " << i;
  }
}

TEST(SpscByteQueue, KeepsTheOrderBetweenThreads) {
  SpscByteQueue queue(4096);
  constexpr uint32_t kLast = 50'000;
  std::thread writer([&] {
    std::mt19937 random(3);
    std::vector<uint8_t> body(1000);
    for (uint32_t i = 1; i <= kLast;) {
      uint8_t number[4];
      std::memcpy(number, &i, sizeof number);
      const std::span part = std::span(body).first(random() % body.size());
      std::memset(part.data(), static_cast<int>(i & 0xFF), part.size());
      while (!queue.try_push({number, part})) std::this_thread::yield();
      ++i;
    }
  });
  for (uint32_t expected = 1; expected <= kLast;) {
    const std::span<const uint8_t> record = queue.front();
    if (record.empty()) {
      std::this_thread::yield();
      continue;
    }
    uint32_t number = 0;
    std::memcpy(&number, record.data(), sizeof number);
    ASSERT_EQ(number, expected);
    for (const uint8_t byte : record.subspan(4)) ASSERT_EQ(byte, expected & 0xFF);
    queue.pop();
    ++expected;
  }
  writer.join();
}

TEST(SpscByteQueue, AllocatesNothing) {
  SpscByteQueue queue(4096);
  const auto body = record_of(700, 1);
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(queue.try_push({body}));
    ASSERT_FALSE(queue.front().empty());
    queue.pop();
  }
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr
