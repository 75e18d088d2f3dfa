// SPDX-License-Identifier: Apache-2.0
#include "net/address_limits.h"

#include <gtest/gtest.h>

namespace sdr::net {
namespace {

using namespace std::chrono_literals;

Address at(const std::string& host) { return Address::parse(host + ":1000").value(); }

TEST(Address, GroupsAHostsManyAddressesOfVersionSix) {
  EXPECT_EQ(at("[2001:db8:1:2::3]").group(), at("[2001:db8:1:2:ffff::1]").group());
  EXPECT_NE(at("[2001:db8:1:2::3]").group(), at("[2001:db8:1:3::3]").group());
  EXPECT_EQ(at("192.0.2.7").group(), at("[::ffff:192.0.2.7]").group());
  EXPECT_NE(at("192.0.2.7").group(), at("192.0.2.8").group());
}

TEST(AddressCounts, CountsEachAddressAndForgetsWhoHasNothing) {
  AddressCounts counts;
  counts.add(at("192.0.2.1"));
  counts.add(at("192.0.2.1"));
  counts.add(at("192.0.2.2"));
  EXPECT_EQ(counts.count(at("192.0.2.1")), 2u);
  counts.remove(at("192.0.2.1"));
  counts.remove(at("192.0.2.1"));
  EXPECT_EQ(counts.count(at("192.0.2.1")), 0u);
  EXPECT_EQ(counts.count(at("192.0.2.2")), 1u);
}

TEST(AddressRates, AllowsABurstThenOneEachInterval) {
  AddressRates rates({.burst = 3, .interval = 2s});
  Time now{1h};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.allow(at("192.0.2.1"), now));
  EXPECT_TRUE(rates.exhausted(at("192.0.2.1"), now));
  EXPECT_FALSE(rates.allow(at("192.0.2.1"), now));
  EXPECT_TRUE(rates.allow(at("192.0.2.2"), now));
  now += 2s;
  EXPECT_TRUE(rates.allow(at("192.0.2.1"), now));
  EXPECT_FALSE(rates.allow(at("192.0.2.1"), now));
  now += 1min;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.allow(at("192.0.2.1"), now));
  EXPECT_FALSE(rates.allow(at("192.0.2.1"), now));
}

TEST(AddressRates, ForgetsThoseWhoseBucketIsFull) {
  AddressRates rates({.burst = 2, .interval = 1s});
  Time now{1h};
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(rates.allow(at("192.0.2." + std::to_string(i)), now));
  now += 10s;
  EXPECT_TRUE(rates.allow(at("192.0.2.200"), now));
  EXPECT_EQ(rates.address_count(), 1u);
}

TEST(AddressRates, GivesACrowdBeyondItsTableOneSharedAllowance) {
  AddressRates rates({.burst = 2, .interval = 1s}, 10);
  const Time now{1h};
  int allowed = 0;
  for (int i = 0; i < 200; ++i) allowed += rates.allow(at("192.0.2." + std::to_string(i)), now);
  EXPECT_EQ(allowed, 12);
  EXPECT_EQ(rates.address_count(), 11u);
  EXPECT_TRUE(rates.allow(at("192.0.2.1"), now));  // who was known before keeps an own one
}

}  // namespace
}  // namespace sdr::net
