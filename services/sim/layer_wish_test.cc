// SPDX-License-Identifier: Apache-2.0
#include "sim/layer_wish.h"

#include <gtest/gtest.h>

namespace sdr::sim {
namespace {

using namespace std::chrono_literals;

class LayerWishTest : public ::testing::Test {
 protected:
  LayerWish wish_{LowLayerMode::kAuto};
  Time now_ = Time(1h);
};

TEST_F(LayerWishTest, NobodyWantsItBeforeTheyAsk) { EXPECT_FALSE(wish_.wanted(now_)); }

TEST_F(LayerWishTest, RunsOutTenSecondsAfterItWasRepeatedLast) {
  wish_.ask(now_);
  wish_.ask(now_ + 6s);
  EXPECT_TRUE(wish_.wanted(now_ + 15s));
  EXPECT_FALSE(wish_.wanted(now_ + 16s));
}

TEST_F(LayerWishTest, DoesNotRunOutWhileNobodyCanRepeatIt) {
  wish_.ask(now_);
  wish_.set_bus_lost(true, now_ + 5s);
  EXPECT_TRUE(wish_.wanted(now_ + 1h));
  wish_.set_bus_lost(false, now_ + 1h);
  EXPECT_TRUE(wish_.wanted(now_ + 1h + 9s));
  EXPECT_FALSE(wish_.wanted(now_ + 1h + 10s));
}

TEST_F(LayerWishTest, ALostBusRevivesNoWish) {
  wish_.ask(now_);
  wish_.set_bus_lost(true, now_ + 11s);
  EXPECT_FALSE(wish_.wanted(now_ + 12s));
  wish_.set_bus_lost(false, now_ + 13s);
  EXPECT_FALSE(wish_.wanted(now_ + 14s));
}

TEST_F(LayerWishTest, AlwaysOrNeverWhereItIsConfiguredSo) {
  LayerWish on(LowLayerMode::kOn), off(LowLayerMode::kOff);
  off.ask(now_);
  EXPECT_TRUE(on.wanted(now_));
  EXPECT_FALSE(off.wanted(now_));
}

}  // namespace
}  // namespace sdr::sim
