// SPDX-License-Identifier: Apache-2.0
#include "sim/windowed_quantiles.h"

#include <gtest/gtest.h>

namespace sdr::sim {
namespace {

TEST(WindowedQuantiles, SeeOnlyWhatCameSinceTheLastLook) {
  Histogram histogram;
  WindowedQuantiles window(histogram);
  for (int i = 0; i < 1000; ++i) histogram.observe_us(10'000.0);
  window.turn();
  EXPECT_EQ(window.count(), 1000u);
  EXPECT_NEAR(window.quantile_us(0.5), 10'000.0, 2'600.0);
  for (int i = 0; i < 10; ++i) histogram.observe_us(100.0);
  window.turn();
  EXPECT_EQ(window.count(), 10u);
  EXPECT_NEAR(window.quantile_us(0.99), 100.0, 26.0);
}

TEST(WindowedQuantiles, AreZeroWhereNothingCame) {
  Histogram histogram;
  WindowedQuantiles window(histogram);
  window.turn();
  EXPECT_EQ(window.quantile_us(0.5), 0.0);
}

}  // namespace
}  // namespace sdr::sim
