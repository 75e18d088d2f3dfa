// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/session_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/testing/allocations.h"

namespace sdr::rtc {
namespace {

struct Session {};

const Address kAddress = *Address::parse("192.0.2.1:1000");

TEST(SessionTable, FindsBySenderAndByUserFragment) {
  SessionTable<Session> table(10, 7);
  const IceCredentials credentials = IceCredentials::make().value();
  Session session;
  EXPECT_EQ(table.find(kAddress), nullptr);
  EXPECT_EQ(table.find(credentials.ufrag()), nullptr);
  EXPECT_TRUE(table.add(credentials, &session));
  EXPECT_EQ(table.bind(kAddress, &session), nullptr);
  EXPECT_EQ(table.find(kAddress), &session);
  EXPECT_EQ(table.find(credentials.ufrag()), &session);
  EXPECT_EQ(table.find("short"), nullptr);
  table.unbind(kAddress, &session);
  table.remove(credentials);
  EXPECT_EQ(table.find(kAddress), nullptr);
  EXPECT_EQ(table.find(credentials.ufrag()), nullptr);
}

TEST(SessionTable, RefusesAUserFragmentThatIsTaken) {
  SessionTable<Session> table(10, 7);
  const IceCredentials credentials = IceCredentials::make().value();
  Session first, second;
  EXPECT_TRUE(table.add(credentials, &first));
  EXPECT_FALSE(table.add(credentials, &second));
  EXPECT_EQ(table.find(credentials.ufrag()), &first);
}

TEST(SessionTable, AnAddressBelongsToWhoWasThereLast) {
  SessionTable<Session> table(10, 7);
  Session old_session, new_session;
  table.bind(kAddress, &old_session);
  EXPECT_EQ(table.bind(kAddress, &old_session), nullptr);
  EXPECT_EQ(table.bind(kAddress, &new_session), &old_session);
  table.unbind(kAddress, &old_session);
  EXPECT_EQ(table.find(kAddress), &new_session);
}

TEST(SessionTable, TellsUdpFromTcp) {
  SessionTable<Session> table(10, 7);
  Session session;
  table.bind(kAddress, &session);
  EXPECT_EQ(table.find(Address(kAddress.ip(), kAddress.port(), Transport::kTcp)), nullptr);
}

TEST(SessionTable, SteadyStateAllocatesNothing) {
  SessionTable<Session> table(100, 7);
  const IceCredentials credentials = IceCredentials::make().value();
  std::array<Session, 100> sessions;
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (uint16_t i = 0; i < 10000; ++i) {
    const Address address(Address::Ipv4{10, 0, 0, 1}, i);
    table.add(credentials, &sessions[0]);
    table.bind(address, &sessions[i % 100]);
    EXPECT_EQ(table.find(address), &sessions[i % 100]);
    table.remove(credentials);
    if (i < 799) continue;  // full from here on
    const auto oldest = static_cast<uint16_t>(i - 799);
    table.unbind(Address(Address::Ipv4{10, 0, 0, 1}, oldest), &sessions[oldest % 100]);
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

/// The worst hash that there is: long runs that wrap around the end of the array.
struct Crowded {
  uint64_t operator()(int key) const { return static_cast<uint64_t>(key % 3) + 14; }
};

TEST(FlatTable, DoesWhatAMapDoes) {
  std::mt19937 random(1);
  FlatTable<int, int, Crowded> table(8);
  std::map<int, int> model;
  for (int step = 0; step < 10000; ++step) {
    const int key = static_cast<int>(random() % 20), value = static_cast<int>(random());
    if (random() % 2 == 0) {
      EXPECT_EQ(table.erase(key), model.erase(key) == 1);
    } else {
      const bool fits = model.contains(key) || model.size() < 8;
      EXPECT_EQ(table.insert(key, value), fits);
      if (fits) model[key] = value;
    }
    ASSERT_EQ(table.size(), model.size());
    for (int other = 0; other < 20; ++other) {
      const int* const found = table.find(other);
      ASSERT_EQ(found != nullptr, model.contains(other));
      if (found != nullptr) {
        ASSERT_EQ(*found, model[other]);
      }
    }
  }
}

}  // namespace
}  // namespace sdr::rtc
