// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/address.h"

#include <gtest/gtest.h>

#include <set>

namespace sdr::rtc {
namespace {

TEST(Address, IsSmall) { EXPECT_LE(sizeof(Address), 20u); }

TEST(Address, ReadsAndWritesBothFamilies) {
  for (const char* text : {"192.0.2.1:8189", "[2001:db8::1]:443", "[::]:0", "255.255.255.255:65535"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_TRUE(Address::parse("192.0.2.1:1")->is_v4());
  EXPECT_FALSE(Address::parse("[2001:db8::1]:1")->is_v4());
  EXPECT_EQ(Address::parse("192.0.2.1:7", Transport::kTcp)->to_string(), "192.0.2.1:7 tcp");
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text :
       {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:1x", ":1", "2001:db8::1:443",
        "[192.0.2.1]:1", "[2001:db8::1]", "localhost:80", "[fe80::1%eth0]:1", "1.2.3:4", "[]:1"}) {
    EXPECT_FALSE(Address::parse(text).has_value()) << text;
  }
}

TEST(Address, Ipv4IsTheSameAsMappedIntoIpv6) {
  EXPECT_EQ(Address::parse("[::ffff:192.0.2.1]:5"), Address::parse("192.0.2.1:5"));
  EXPECT_EQ(Address::parse("[::ffff:192.0.2.1]:5")->to_string(), "192.0.2.1:5");
}

TEST(Address, DiffersByIpPortAndTransport) {
  const auto address = Address::parse("192.0.2.1:5");
  EXPECT_NE(address, Address::parse("192.0.2.2:5"));
  EXPECT_NE(address, Address::parse("192.0.2.1:6"));
  EXPECT_NE(address, Address::parse("192.0.2.1:5", Transport::kTcp));
}

TEST(Address, HashesNeighboursApartAndDependsOnTheSeed) {
  std::set<uint64_t> low_bits;
  for (uint16_t port = 0; port < 4096; ++port) {
    const Address address(Address::Ipv4{10, 0, 0, 1}, port);
    low_bits.insert(address.hash(1) % 4096);
    EXPECT_NE(address.hash(1), address.hash(2));
  }
  // Of 4096 thrown into 4096 places 63 % of the places are hit on average.
  EXPECT_GT(low_bits.size(), 2300u);
}

}  // namespace
}  // namespace sdr::rtc
