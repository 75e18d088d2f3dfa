// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/dtls.h"

#include <gtest/gtest.h>

#include "rtc/dtls/errc.h"
#include "rtc/dtls/testing.h"

namespace sdr::rtc {
namespace {

using namespace std::chrono_literals;
using testing::Bytes, testing::DtlsPair;

Bytes message(size_t bytes, uint8_t seed) {
  Bytes all(bytes);
  for (size_t i = 0; i < bytes; ++i) all[i] = static_cast<uint8_t>(seed + i);
  return all;
}

TEST(DtlsContext, HasACertificateOfItsOwn) {
  const Fingerprint& one = testing::shared_context()->fingerprint();
  EXPECT_EQ(one.algorithm(), FingerprintAlgorithm::kSha256);
  EXPECT_NE(one, testing::other_context()->fingerprint());
}

TEST(Dtls, ConnectsWithinTwoRoundTrips) {
  DtlsPair pair;
  const Time start = pair.time.now();
  ASSERT_TRUE(pair.connect());
  EXPECT_EQ(pair.time.now() - start, 4 * 20ms);
  EXPECT_EQ(pair.at_client.connected, 1);
  EXPECT_EQ(pair.at_server.connected, 1);
  EXPECT_FALSE(pair.client.next_time()) << "nothing is left to wait for";
  EXPECT_FALSE(pair.server.next_time());
}

TEST(Dtls, AgreesOnKeysForGcmFirst) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  const SrtpKeys &ours = pair.at_client.keys, &theirs = pair.at_server.keys;
  EXPECT_EQ(ours.profile, SrtpProfile::kAeadAes128Gcm);
  EXPECT_EQ(theirs.profile, ours.profile);
  EXPECT_EQ(ours.local.key, theirs.remote.key);
  EXPECT_EQ(ours.local.salt, theirs.remote.salt);
  EXPECT_EQ(ours.remote.key, theirs.local.key);
  EXPECT_EQ(ours.remote.salt, theirs.local.salt);
  EXPECT_NE(ours.local.key, ours.remote.key);
  EXPECT_NE(ours.local.key, (std::array<uint8_t, 16>{}));
  EXPECT_EQ(ours.local.salt[12], 0) << "GCM's salt has 12 bytes";
}

TEST(Dtls, KeepsDatagramsWithinTheMtu) {
  DtlsPair::Setup setup;
  setup.client_mtu = 400;
  DtlsPair pair(setup);
  ASSERT_TRUE(pair.connect());
  EXPECT_LE(pair.at_client.largest, 400u);
  EXPECT_LE(pair.at_server.largest, kDtlsMtu);
  ASSERT_TRUE(pair.server.send(message(kDtlsMessageMax, 1)).ok());
  EXPECT_EQ(pair.at_server.largest, kDtlsMtu) << "the largest message fills a datagram";
}

TEST(Dtls, CarriesMessagesBothWays) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  std::vector<Bytes> sent;
  for (const size_t bytes : {size_t{1}, size_t{100}, kDtlsMessageMax}) {
    sent.push_back(message(bytes, 3));
    ASSERT_TRUE(pair.client.send(sent.back()).ok());
    ASSERT_TRUE(pair.server.send(sent.back()).ok());
  }
  pair.settle();
  EXPECT_EQ(pair.at_server.messages, sent);
  EXPECT_EQ(pair.at_client.messages, sent);
}

TEST(Dtls, RefusesWhatItCannotSend) {
  DtlsPair pair;
  EXPECT_EQ(pair.client.send(message(10, 1)).error().code(), DtlsErrc::kNotConnected);
  ASSERT_TRUE(pair.connect());
  EXPECT_EQ(pair.client.send({}).error().code(), DtlsErrc::kTooLarge);
  EXPECT_EQ(pair.client.send(message(kDtlsMessageMax + 1, 1)).error().code(), DtlsErrc::kTooLarge);
  pair.client.close();
  EXPECT_EQ(pair.client.send(message(10, 1)).error().code(), DtlsErrc::kNotConnected);
}

TEST(Dtls, SaysGoodbye) {
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(pair.client.send(message(10, 1)).ok());
  pair.client.close();
  EXPECT_TRUE(pair.client.ended());
  pair.settle();
  EXPECT_EQ(pair.at_server.messages.size(), 1u) << "what was sent before still arrives";
  EXPECT_EQ(pair.at_server.end, DtlsEnd::kClosedByPeer);
  EXPECT_EQ(pair.at_client.ends, 0) << "who closes knows";
  EXPECT_EQ(pair.at_server.ends, 1);
  EXPECT_FALSE(pair.server.next_time());
}

TEST(Dtls, AnswersFromWithinAnEvent) {
  DtlsPair pair;
  struct Echo : testing::DtlsRecorder {
    void on_dtls_message(std::span<const uint8_t> bytes) override {
      DtlsRecorder::on_dtls_message(bytes);
      EXPECT_TRUE(end_of->send(bytes).ok());
      if (bytes.size() == 5) end_of->close();
    }
    Dtls* end_of = nullptr;
  };
  Echo echo;
  Dtls server(testing::other_context(), {.peer = {testing::shared_context()->fingerprint()}}, echo);
  echo.end_of = &server;
  pair.at_client.send = [&](std::span<const uint8_t> datagram) { server.on_datagram(datagram, pair.time.now()); };
  echo.send = [&](std::span<const uint8_t> datagram) {
    pair.network.send(DtlsPair::kClient, datagram, pair.time.now());
  };
  pair.client.start(pair.time.now());
  ASSERT_TRUE(pair.run([&] { return pair.client.connected(); }));
  ASSERT_TRUE(pair.client.send(message(4, 1)).ok());
  ASSERT_TRUE(pair.client.send(message(5, 1)).ok());
  ASSERT_TRUE(pair.client.send(message(6, 1)).ok());
  EXPECT_EQ(echo.messages.size(), 2u) << "none after the end";
  pair.settle();
  EXPECT_EQ(pair.at_client.messages, echo.messages);
  EXPECT_EQ(pair.at_client.end, DtlsEnd::kClosedByPeer);
}

TEST(Dtls, RefusesAPeerWithAnotherCertificate) {
  DtlsPair::Setup setup;
  setup.server_expects = {testing::other_context()->fingerprint()};
  DtlsPair pair(setup);
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.at_server.end, DtlsEnd::kWrongPeer);
  EXPECT_EQ(pair.at_client.end, DtlsEnd::kRefusedByPeer) << "and it is told";
  EXPECT_EQ(pair.at_server.connected, 0);
  EXPECT_EQ(pair.at_client.connected, 0);
}

TEST(Dtls, RefusesAServerWithAnotherCertificate) {
  DtlsPair::Setup setup;
  setup.client_expects = {testing::shared_context()->fingerprint()};
  DtlsPair pair(setup);
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.at_client.end, DtlsEnd::kWrongPeer);
  EXPECT_EQ(pair.at_server.end, DtlsEnd::kRefusedByPeer);
}

TEST(Dtls, RefusesEveryPeerWhereNoFingerprintIsKnown) {
  DtlsPair::Setup setup;
  setup.server_expects = {};
  DtlsPair pair(setup);
  EXPECT_FALSE(pair.connect());
  EXPECT_EQ(pair.at_server.end, DtlsEnd::kWrongPeer);
}

TEST(Dtls, TakesAnyOfSeveralFingerprints) {
  DtlsPair::Setup setup;
  setup.server_expects = {testing::other_context()->fingerprint(), testing::shared_context()->fingerprint()};
  DtlsPair pair(setup);
  EXPECT_TRUE(pair.connect());
}

}  // namespace
}  // namespace sdr::rtc
