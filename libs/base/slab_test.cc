// SPDX-License-Identifier: Apache-2.0
#include "base/slab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>

namespace sdr {
namespace {

TEST(Slab, GivesEachObjectMemoryOfItsOwn) {
  constexpr size_t kBytes = 35'001;
  Slab slab(kBytes);
  std::vector<unsigned char*> objects;
  for (size_t i = 0; i < 200; ++i) {
    objects.push_back(static_cast<unsigned char*>(slab.take()));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(objects.back()) % Slab::kAlign, 0u);
    std::memset(objects.back(), static_cast<int>(i), kBytes);
  }
  for (size_t i = 0; i < objects.size(); ++i) {
    EXPECT_TRUE(std::all_of(objects[i], objects[i] + kBytes, [i](unsigned char byte) { return byte == i; })) << i;
  }
  EXPECT_EQ(slab.objects(), 200u);
  EXPECT_EQ(slab.blocks(), 4u);
  for (unsigned char* object : objects) slab.give_back(object);
  EXPECT_EQ(slab.objects(), 0u);
  EXPECT_EQ(slab.blocks(), 1u);
}

TEST(Slab, UsesAgainWhatWasGivenBack) {
  Slab slab(100'000);
  std::mt19937 random(7);
  std::vector<void*> objects;
  for (int i = 0; i < 5000; ++i) {
    if (objects.size() < 60 && random() % 2 == 0) {
      objects.push_back(slab.take());
      std::memset(objects.back(), 1, 100'000);
    } else if (!objects.empty()) {
      std::swap(objects[random() % objects.size()], objects.back());
      slab.give_back(objects.back());
      objects.pop_back();
    }
  }
  EXPECT_LE(slab.blocks(), 4u);
  EXPECT_EQ(slab.objects(), objects.size());
}

TEST(Slab, ServesManyThreads) {
  Slab slab(5000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&slab, t] {
      for (int i = 0; i < 2000; ++i) {
        auto* const object = static_cast<unsigned char*>(slab.take());
        std::memset(object, t, 5000);
        ASSERT_EQ(object[4999], t);
        slab.give_back(object);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(slab.objects(), 0u);
}

}  // namespace
}  // namespace sdr
