// SPDX-License-Identifier: Apache-2.0
// Handshakes over networks that lose, double, delay and reorder, in virtual time.

#include <gtest/gtest.h>

#include "rtc/dtls/testing.h"

namespace sdr::rtc {
namespace {

using namespace std::chrono_literals;
using testing::Bytes, testing::DtlsPair, testing::NetworkOptions;

void expect_connection(const NetworkOptions& network, uint32_t seed, size_t mtu = kDtlsMtu) {
  DtlsPair::Setup setup;
  setup.network = network;
  setup.seed = seed;
  setup.client_mtu = mtu;
  DtlsPair pair(setup);
  ASSERT_TRUE(pair.connect()) << "seed " << seed << ", client: " << pair.at_client.detail
                              << ", server: " << pair.at_server.detail;
  EXPECT_EQ(pair.at_client.keys.local.key, pair.at_server.keys.remote.key);
  EXPECT_EQ(pair.at_client.connected + pair.at_server.connected, 2);
  for (uint8_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(pair.client.send(Bytes{i}).ok());
    ASSERT_TRUE(pair.server.send(Bytes{i}).ok());
  }
  pair.settle(2s);
  EXPECT_EQ(pair.at_client.ends + pair.at_server.ends, 0);
  for (const auto* messages : {&pair.at_client.messages, &pair.at_server.messages}) {
    std::vector<Bytes> sorted = *messages;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << "a message came twice";
  }
}

TEST(DtlsNetwork, ConnectsThroughLoss) {
  for (uint32_t seed = 1; seed <= 40; ++seed) expect_connection({.loss = 0.2}, seed);
}

TEST(DtlsNetwork, ConnectsThroughReorderingAndDuplication) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    expect_connection({.duplicate = 0.3, .delay = 5ms, .jitter = 60ms}, seed, 300);
  }
}

TEST(DtlsNetwork, ConnectsThroughAllOfIt) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    expect_connection({.loss = 0.1, .duplicate = 0.1, .delay = 30ms, .jitter = 40ms}, seed, 600);
  }
}

TEST(DtlsNetwork, ConnectsOverALongPath) { expect_connection({.delay = 400ms}, 1); }

TEST(DtlsNetwork, ReordersNothingThatWasReceivedOnce) {
  DtlsPair::Setup setup;
  setup.network = {.delay = 10ms};
  DtlsPair pair(setup);
  ASSERT_TRUE(pair.connect());
  for (uint8_t i = 0; i < 50; ++i) ASSERT_TRUE(pair.client.send(Bytes{i}).ok());
  pair.settle();
  ASSERT_EQ(pair.at_server.messages.size(), 50u);
  EXPECT_TRUE(std::is_sorted(pair.at_server.messages.begin(), pair.at_server.messages.end()));
}

TEST(DtlsNetwork, RepeatsItsLastFlightWhenItWasLost) {
  DtlsPair pair;
  pair.client.start(pair.time.now());
  ASSERT_TRUE(pair.run([&] { return pair.server.connected(); }));
  ASSERT_FALSE(pair.client.connected());
  pair.network.deliver(Time::max(), [](int, std::span<const uint8_t>) {});  // the server's Finished goes nowhere
  EXPECT_TRUE(pair.run([&] { return pair.client.connected(); }, 2s));
}

TEST(DtlsNetwork, TakesMessagesThatOvertookTheLastFlight) {
  DtlsPair pair;
  pair.client.start(pair.time.now());
  ASSERT_TRUE(pair.run([&] { return pair.server.connected(); }));
  ASSERT_FALSE(pair.client.connected());
  std::vector<Bytes> flight;
  pair.network.deliver(Time::max(), [&](int, std::span<const uint8_t> datagram) {
    flight.emplace_back(datagram.begin(), datagram.end());
  });
  std::vector<Bytes> sent;
  for (uint8_t i = 0; i < 6; ++i) ASSERT_TRUE(pair.server.send(sent.emplace_back(Bytes{i})).ok());
  pair.settle(30ms);
  EXPECT_TRUE(pair.at_client.messages.empty());
  for (const Bytes& datagram : flight) pair.client.on_datagram(datagram, pair.time.now());
  ASSERT_TRUE(pair.client.connected());
  sent.resize(4);
  EXPECT_EQ(pair.at_client.messages, sent) << "the first few; whoever sends the others does so again";
  EXPECT_EQ(pair.client.records_dropped(), 2u);
}

TEST(DtlsNetwork, GivesUpOnAPeerThatIsNotThere) {
  DtlsPair::Setup setup;
  setup.network = {.loss = 1};
  DtlsPair pair(setup);
  const Time start = pair.time.now();
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.at_client.end, DtlsEnd::kTimedOut);
  EXPECT_LE(pair.time.now() - start, 10s);
  EXPECT_GE(pair.time.now() - start, 9s);
  EXPECT_LT(pair.network.sent(), 20u) << "repeats become rarer";
  EXPECT_FALSE(pair.client.next_time());
  EXPECT_EQ(pair.at_client.ends, 1);
}

TEST(DtlsNetwork, GivesUpOnAPeerThatFallsSilentInTheMiddle) {
  DtlsPair pair;
  pair.client.start(pair.time.now());
  ASSERT_TRUE(pair.run([&] { return pair.network.sent() >= 2; }));
  pair.network.options().loss = 1;
  const Time start = pair.time.now();
  EXPECT_FALSE(pair.run([] { return false; }));
  EXPECT_EQ(pair.at_server.end, DtlsEnd::kTimedOut);
  EXPECT_LE(pair.time.now() - start, 10s);
}

}  // namespace
}  // namespace sdr::rtc
