// SPDX-License-Identifier: Apache-2.0
#include "base/scheduling.h"

#include <gtest/gtest.h>

#include <thread>

namespace sdr {
namespace {

TEST(Scheduling, GivesAThreadTheTurnsItAskedFor) {
  std::optional<Duration> before, soon, inherited, long_turns;
  std::thread([&] {
    before = turn_length();
    ask_to_wake_soon();
    soon = turn_length();
    std::thread([&] { inherited = turn_length(); }).join();
    ask_for_long_turns();
    long_turns = turn_length();
  }).join();
  if (!before || soon == before)
    GTEST_SKIP() << "this kernel gives all threads turns of one length (6.12 and later ask)";
  EXPECT_EQ(soon, std::chrono::microseconds(100));
  EXPECT_EQ(inherited, soon);
  EXPECT_EQ(long_turns, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace sdr
