// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/link.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;
using Kind = Link::Kind;

struct Arrival {
  std::string bytes;
  Duration after;  // since the start
  bool operator==(const Arrival&) const = default;
};

class LinkTest : public ::testing::Test {
 protected:
  static constexpr Time kStart{1h};

  /// Pushes pieces "0", "1", ... one each millisecond, and gives what came out of them within the time.
  static std::vector<Arrival> run(Link& link, int pieces, Duration length) {
    std::vector<Arrival> arrivals;
    for (Time now = kStart; now <= kStart + length; now += 1ms) {
      const auto index = (now - kStart) / 1ms;
      if (index < pieces) link.push(std::to_string(index), now);
      while (auto bytes = link.pop(now)) arrivals.push_back({*bytes, now - kStart});
    }
    return arrivals;
  }
};

TEST_F(LinkTest, PassesEverythingAtOnceWhereNothingIsWrong) {
  Link link(Kind::stream, 1);
  const auto arrivals = run(link, 50, 100ms);
  ASSERT_EQ(arrivals.size(), 50u);
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(arrivals[i], (Arrival{std::to_string(i), i * 1ms}));
}

TEST_F(LinkTest, DelaysWithinItsJitter) {
  Link link(Kind::datagrams, 1);
  link.set_profile({.delay = 40ms, .jitter = 10ms});
  const auto arrivals = run(link, 200, 400ms);
  ASSERT_EQ(arrivals.size(), 200u);
  for (const Arrival& arrival : arrivals) {
    const Duration travel = arrival.after - std::stoi(arrival.bytes) * 1ms;
    EXPECT_GE(travel, 40ms);
    EXPECT_LE(travel, 51ms);
  }
}

TEST_F(LinkTest, AStreamKeepsItsOrderAndLosesNothing) {
  Link link(Kind::stream, 7);
  link.set_profile({.delay = 5ms, .jitter = 30ms, .loss = 0.1});
  const auto arrivals = run(link, 300, 60s);
  ASSERT_EQ(arrivals.size(), 300u);
  Duration longest{0};
  for (size_t i = 0; i < arrivals.size(); ++i) {
    EXPECT_EQ(arrivals[i].bytes, std::to_string(i));
    longest = std::max<Duration>(longest, arrivals[i].after - i * 1ms);
  }
  EXPECT_GE(longest, 200ms);  // a loss holds up what is behind it
}

TEST_F(LinkTest, DatagramsAreLostDoubledAndReordered) {
  Link link(Kind::datagrams, 7);
  link.set_profile({.delay = 5ms, .jitter = 30ms, .loss = 0.1, .duplicates = 0.1});
  const auto arrivals = run(link, 1000, 2s);
  std::vector<int> seen(1000);
  bool reordered = false;
  int last = -1;
  for (const Arrival& arrival : arrivals) {
    const int number = std::stoi(arrival.bytes);
    ++seen[static_cast<size_t>(number)];
    reordered = reordered || number < last;
    last = number;
  }
  EXPECT_TRUE(reordered);
  const auto lost = std::count(seen.begin(), seen.end(), 0), doubled = std::count(seen.begin(), seen.end(), 2);
  EXPECT_GT(lost, 50);
  EXPECT_LT(lost, 200);
  EXPECT_GT(doubled, 40);
  EXPECT_LT(doubled, 200);
}

TEST_F(LinkTest, TheSameSeedGivesTheSameNetwork) {
  const LinkProfile profile = {.delay = 5ms, .jitter = 30ms, .loss = 0.2};
  Link first(Kind::stream, 3), second(Kind::stream, 3), other(Kind::stream, 4);
  for (Link* link : {&first, &second, &other}) link->set_profile(profile);
  const auto arrivals = run(first, 200, 30s);
  EXPECT_EQ(run(second, 200, 30s), arrivals);
  EXPECT_NE(run(other, 200, 30s), arrivals);
}

TEST_F(LinkTest, LetsThroughAsMuchAsItsRate) {
  Link link(Kind::stream, 1);
  link.set_profile({.bytes_per_s = 1000});
  link.push(std::string(500, 'a'), kStart);
  link.push(std::string(500, 'b'), kStart);
  EXPECT_EQ(link.next_time(), kStart + 500ms);
  EXPECT_FALSE(link.pop(kStart + 499ms));
  EXPECT_TRUE(link.pop(kStart + 500ms));
  EXPECT_EQ(link.next_time(), kStart + 1s);
}

TEST_F(LinkTest, HoldsUpAndThenReleasesAllInOrder) {
  Link link(Kind::stream, 1);
  link.push("before", kStart);
  link.hold();
  link.push("meanwhile", kStart + 1s);
  EXPECT_FALSE(link.next_time());
  EXPECT_FALSE(link.pop(kStart + 3s));
  link.release();
  EXPECT_EQ(link.pop(kStart + 3s), "before");
  EXPECT_EQ(link.pop(kStart + 3s), "meanwhile");
  EXPECT_EQ(link.bytes(), 0u);
}

TEST_F(LinkTest, ACutLosesDatagramsAndDelaysAStream) {
  Link datagrams(Kind::datagrams, 1), stream(Kind::stream, 1);
  for (Link* link : {&datagrams, &stream}) {
    link->set_profile({.delay = 10ms});
    link->push("under way", kStart);
    link->cut();
    link->push("sent in vain", kStart + 1s);
    link->release();
    link->push("after", kStart + 2s);
  }
  EXPECT_EQ(datagrams.pop(kStart + 3s), "after");
  EXPECT_EQ(stream.pop(kStart + 3s), "under way");
}

TEST_F(LinkTest, HoldsNoMoreThanItsBound) {
  Link stream(Kind::stream, 1, 100), datagrams(Kind::datagrams, 1, 100);
  for (Link* link : {&stream, &datagrams}) {
    link->hold();
    link->push(std::string(100, 'x'), kStart);
    EXPECT_FALSE(link->room());
    link->push("y", kStart);
  }
  EXPECT_EQ(datagrams.bytes(), 100u);  // lost
}

}  // namespace
}  // namespace sdr::faults
