// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gtest/gtest.h>

namespace sdr {
namespace {

TEST(Histogram, FindsQuantilesWithinTheWidthOfABucket) {
  Histogram histogram;
  for (int us = 1; us <= 1000; ++us) histogram.observe_us(us);
  EXPECT_NEAR(histogram.quantile_us(0.5), 500, 30);
  EXPECT_NEAR(histogram.quantile_us(0.99), 990, 40);
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_DOUBLE_EQ(histogram.sum_us(), 500'500);
}

TEST(Histogram, IsZeroBeforeAnythingWasSeen) { EXPECT_EQ(Histogram().quantile_us(0.99), 0); }

TEST(Registry, RendersWhatPrometheusReads) {
  Registry registry;
  registry.counter("frames_total", "Frames.", {{"codec", "h\"264"}}).add(3);
  registry.gauge("clients", "Clients now.").set(2.5);
  registry.histogram("latency_us", "Latency.").observe_us(3);
  const std::string text = registry.render();
  EXPECT_NE(text.find("# TYPE frames_total counter\nframes_total{codec=\"h\\\"264\"} 3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("clients 2.5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("latency_us_bucket{le=\"2\"} 0\nlatency_us_bucket{le=\"5\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("latency_us_bucket{le=\"+Inf\"} 1\nlatency_us_sum 3\nlatency_us_count 1\n"), std::string::npos);
}

TEST(Registry, CountsUnderOtherWhenAFamilyIsFull) {
  Registry registry;
  for (int i = 0; i < 5000; ++i) registry.counter("n", "N.", {{"id", std::to_string(i)}}).add();
  EXPECT_EQ(registry.counter("n", "N.", {{"id", "other"}}).value(), 904u);
}

TEST(Registry, ForgetsARemovedSeries) {
  Registry registry;
  registry.counter("n", "N.", {{"id", "1"}}).add();
  registry.remove("n", {{"id", "1"}});
  EXPECT_EQ(registry.render().find("id="), std::string::npos);
}

}  // namespace
}  // namespace sdr
