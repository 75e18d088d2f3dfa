// SPDX-License-Identifier: Apache-2.0
#include "base/queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace sdr {
namespace {

TEST(LatestSlot, GivesTheNewestValueAndEachOnlyOnce) {
  LatestSlot<int> slot;
  EXPECT_FALSE(slot.take());
  slot.back() = 1;
  EXPECT_FALSE(slot.publish());
  slot.back() = 2;
  EXPECT_TRUE(slot.publish());
  EXPECT_TRUE(slot.take());
  EXPECT_EQ(slot.front(), 2);
  EXPECT_FALSE(slot.take());
}

TEST(LatestSlot, NeverShowsAHalfWrittenValue) {
  struct Value {
    uint64_t parts[64] = {};
  };
  LatestSlot<Value> slot;
  constexpr uint64_t kLast = 20'000;
  std::thread writer([&] {
    for (uint64_t i = 1; i <= kLast; ++i) {
      for (uint64_t& part : slot.back().parts) part = i;
      slot.publish();
    }
  });
  uint64_t newest = 0;
  while (newest < kLast) {
    if (!slot.take()) continue;
    const Value& value = slot.front();
    EXPECT_GT(value.parts[0], newest);
    newest = value.parts[0];
    for (const uint64_t part : value.parts) ASSERT_EQ(part, newest);
  }
  writer.join();
}

TEST(SpscQueue, RefusesWhenFullAndLeavesTheValueAlone) {
  SpscQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(queue.try_push(std::move(third)));
  EXPECT_NE(third, nullptr);
  EXPECT_EQ(**queue.try_pop(), 1);
  EXPECT_EQ(queue.size(), 1u);
}

TEST(SpscQueue, KeepsTheOrderBetweenThreads) {
  SpscQueue<int> queue(7);
  constexpr int kLast = 50'000;
  std::thread writer([&] {
    for (int i = 1; i <= kLast;) {
      int value = i;
      if (queue.try_push(std::move(value))) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int expected = 1; expected <= kLast;) {
    if (const auto value = queue.try_pop()) {
      ASSERT_EQ(*value, expected++);
    } else {
      std::this_thread::yield();
    }
  }
  writer.join();
}

TEST(DropOldestQueue, LosesTheOldestAndSaysSo) {
  DropOldestQueue<int> queue(2);
  EXPECT_FALSE(queue.push(1));
  EXPECT_FALSE(queue.push(2));
  EXPECT_TRUE(queue.push(3));
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), 3);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

}  // namespace
}  // namespace sdr
