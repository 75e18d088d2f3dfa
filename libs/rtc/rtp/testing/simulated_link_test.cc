// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/testing/simulated_link.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace sdr::rtc::testing {
namespace {

using std::chrono::milliseconds;

constexpr Time kStart{std::chrono::hours(1)};

struct Arrival {
  Time time;
  uint32_t number;
};

// Sends `count` datagrams of 972 bytes (1000 on the wire), one per `interval`, and says what came when.
std::vector<Arrival> run(SimulatedLink& link, uint32_t count, Duration interval) {
  std::vector<Arrival> arrivals;
  Time now = kStart;
  const auto receive = [&](std::span<const uint8_t> bytes) {
    arrivals.push_back({now, uint32_t{bytes[0]} << 16 | uint32_t{bytes[1]} << 8 | bytes[2]});
  };
  const auto deliver_until = [&](Time end) {
    while (link.next_time() && *link.next_time() <= end) {
      now = *link.next_time();
      link.deliver(now, receive);
    }
  };
  for (uint32_t i = 0; i < count; ++i) {
    const Time send_time = kStart + interval * i;
    deliver_until(send_time);
    std::array<uint8_t, 972> datagram{static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 8),
                                      static_cast<uint8_t>(i)};
    link.send(datagram, send_time);
  }
  deliver_until(kStart + std::chrono::hours(1));
  return arrivals;
}

TEST(SimulatedLink, DelaysAndKeepsTheOrderWithoutFurtherOptions) {
  SimulatedLink link({}, 1);
  const auto arrivals = run(link, 100, milliseconds(1));
  ASSERT_EQ(arrivals.size(), 100u);
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(arrivals[i].number, i);
    EXPECT_EQ(arrivals[i].time, kStart + milliseconds(20 + i));
  }
}

TEST(SimulatedLink, LosesAsManyAsItIsToldTo) {
  LinkOptions options;
  options.loss = 0.2;
  SimulatedLink link(options, 2);
  EXPECT_NEAR(static_cast<double>(run(link, 20'000, milliseconds(1)).size()), 16'000, 300);
  EXPECT_EQ(link.sent() - link.lost(), 20'000 - link.lost());
}

TEST(SimulatedLink, LosesInBursts) {
  LinkOptions options;
  options.burst_start = 0.01;
  options.burst_end = 0.25;
  SimulatedLink link(options, 3);
  const auto arrivals = run(link, 20'000, milliseconds(1));
  size_t gaps = 0;
  for (size_t i = 1; i < arrivals.size(); ++i) gaps += arrivals[i].number != arrivals[i - 1].number + 1;
  EXPECT_NEAR(static_cast<double>(link.lost()) / static_cast<double>(gaps), 4.0, 1.0);
}

TEST(SimulatedLink, LimitsTheRateAndLosesWhatDoesNotFitIntoItsQueue) {
  LinkOptions options;
  options.rate_bps = 800'000;  // 100 datagrams a second
  options.queue_bytes = 10'000;
  SimulatedLink link(options, 4);
  const auto arrivals = run(link, 400, milliseconds(5));  // twice as many
  EXPECT_NEAR(static_cast<double>(arrivals.size()), 210, 3);
  EXPECT_LE(arrivals.back().time - (kStart + milliseconds(5 * 399)), milliseconds(20 + 100));
}

TEST(SimulatedLink, ReordersAndDoubles) {
  LinkOptions options;
  options.reorder = options.duplicate = 0.1;
  SimulatedLink link(options, 5);
  const auto arrivals = run(link, 2000, milliseconds(1));
  size_t overtaken = 0;
  for (size_t i = 1; i < arrivals.size(); ++i) overtaken += arrivals[i].number < arrivals[i - 1].number;
  EXPECT_GT(overtaken, 100u);
  EXPECT_GT(arrivals.size(), 2100u);
}

TEST(SimulatedLink, DoesTheSameForTheSameSeed) {
  LinkOptions options;
  options.loss = options.reorder = options.duplicate = 0.1;
  options.jitter = milliseconds(10);
  const auto numbers = [&](uint32_t seed) {
    SimulatedLink link(options, seed);
    std::vector<std::pair<Time, uint32_t>> result;
    for (const Arrival& arrival : run(link, 500, milliseconds(1))) result.emplace_back(arrival.time, arrival.number);
    return result;
  };
  EXPECT_EQ(numbers(6), numbers(6));
  EXPECT_NE(numbers(6), numbers(7));
}

}  // namespace
}  // namespace sdr::rtc::testing
