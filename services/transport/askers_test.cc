// SPDX-License-Identifier: Apache-2.0
#include "transport/askers.h"

#include <gtest/gtest.h>

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST(Askers, AreNamedInTheOrderInWhichTheyCameAndOnce) {
  Askers askers;
  EXPECT_FALSE(askers.take_changed());
  askers.asked("b", Time(1s));
  askers.asked("a", Time(2s));
  EXPECT_TRUE(askers.take_changed());
  askers.asked("b", Time(3s));
  EXPECT_FALSE(askers.take_changed());
  EXPECT_EQ(askers.names(), (Names{"b", "a"}));
}

TEST(Askers, AreForgottenWhenTheyGoOrAskNoMore) {
  Askers askers;
  askers.asked("a", Time(0s));
  askers.asked("b", Time(0s));
  askers.forget("a");
  EXPECT_EQ(askers.names(), Names{"b"});
  askers.asked("b", Time(20s));
  askers.on_tick(Time(40s));
  EXPECT_EQ(askers.names(), Names{"b"});
  EXPECT_TRUE(askers.take_changed());
  askers.on_tick(Time(50s));
  EXPECT_TRUE(askers.empty());
  EXPECT_TRUE(askers.take_changed());
}

TEST(Askers, AreBounded) {
  Askers askers;
  for (int i = 0; i < 100; ++i) askers.asked("c" + std::to_string(i), Time(0s));
  EXPECT_EQ(askers.names().size(), Askers::kMost);
}

}  // namespace
}  // namespace sdr::transport
