// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/held_messages.h"

#include <gtest/gtest.h>

#include <vector>

namespace sdr::rtc {
namespace {

TEST(HeldMessages, GivesThemBackInOrderAcrossItsEnd) {
  HeldMessages held;
  uint8_t in = 0, out = 0;
  for (int round = 0; round < 20; ++round) {
    while (!held.full()) {
      held.push(std::vector<uint8_t>(in + 1u, in), in % 2 == 0);
      ++in;
    }
    for (int i = 0; i < 5; ++i, ++out, held.pop()) {
      ASSERT_EQ(held.front().bytes.size(), out + 1u);
      EXPECT_EQ(held.front().bytes[0], out);
      EXPECT_EQ(held.front().text, out % 2 == 0);
    }
  }
}

TEST(HeldMessages, HoldsTheLargestAndTheEmptyMessage) {
  HeldMessages held;
  held.push(std::vector<uint8_t>(HeldMessages::kBytesMax, 7), false);
  held.push({}, true);
  EXPECT_EQ(held.front().bytes.size(), HeldMessages::kBytesMax);
  held.pop();
  EXPECT_TRUE(held.front().bytes.empty());
  held.pop();
  EXPECT_TRUE(held.empty());
}

}  // namespace
}  // namespace sdr::rtc
