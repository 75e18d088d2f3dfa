// SPDX-License-Identifier: Apache-2.0
// What a peer that means no good can do: cost a bounded amount, and end its own connection.

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <random>

#include "rtc/dtls/testing.h"

namespace sdr::rtc {
namespace {

using namespace std::chrono_literals;
using testing::Bytes, testing::DtlsPair;

// OpenSSL's memory, counted by functions that it takes before its own first allocation alone.
size_t openssl_bytes = 0;

constexpr size_t kPrefix = 16;
void* counting_realloc(void* memory, size_t bytes, const char*, int) {
  auto* block = static_cast<size_t*>(memory);
  if (block != nullptr) {
    block -= kPrefix / sizeof(size_t);
    openssl_bytes -= *block;
  }
  block = static_cast<size_t*>(std::realloc(block, bytes + kPrefix));
  *block = bytes;
  openssl_bytes += bytes;
  return block + kPrefix / sizeof(size_t);
}
void* counting_malloc(size_t bytes, const char* file, int line) { return counting_realloc(nullptr, bytes, file, line); }
void counting_free(void* memory, const char*, int) {
  if (memory == nullptr) return;
  auto* const block = static_cast<size_t*>(memory) - kPrefix / sizeof(size_t);
  openssl_bytes -= *block;
  std::free(block);
}
const bool counts = CRYPTO_set_mem_functions(counting_malloc, counting_realloc, counting_free) == 1;

Bytes record(uint8_t type, uint8_t epoch, uint8_t sequence, const Bytes& body) {
  Bytes bytes = {type, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, sequence};
  bytes.push_back(static_cast<uint8_t>(body.size() >> 8));
  bytes.push_back(static_cast<uint8_t>(body.size()));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

// The first bytes of a message of 8 KB, the `sequence`th of the handshake.
Bytes unfinished_message(uint8_t sequence) {
  Bytes body = {11, 0, 0x20, 0, 0, sequence, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4};
  return record(22, 0, static_cast<uint8_t>(100 + sequence), body);
}

TEST(DtlsAttack, GarbageChangesNothingButACounter) {
  DtlsPair pair;
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    Bytes garbage(1 + random() % 1500);
    for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random());
    garbage[0] = static_cast<uint8_t>(20 + random() % 44);
    pair.server.on_datagram(garbage, pair.time.now());
  }
  EXPECT_EQ(pair.server.datagrams_dropped(), 1000u);
  EXPECT_EQ(pair.network.sent(), 0u);
  EXPECT_FALSE(pair.server.next_time());
  ASSERT_TRUE(pair.connect());
  for (int i = 0; i < 1000; ++i) {
    Bytes garbage(30);
    for (uint8_t& byte : garbage) byte = static_cast<uint8_t>(random());
    pair.server.on_datagram(record(static_cast<uint8_t>(20 + i % 4), static_cast<uint8_t>(i % 2), 50, garbage),
                            pair.time.now());
  }
  EXPECT_TRUE(pair.server.connected()) << pair.at_server.detail;
  ASSERT_TRUE(pair.client.send(Bytes{1, 2, 3}).ok());
  pair.settle();
  EXPECT_EQ(pair.at_server.messages, std::vector<Bytes>{(Bytes{1, 2, 3})});
}

TEST(DtlsAttack, AReplayedMessageIsTakenOnce) {
  DtlsPair pair;
  std::vector<Bytes> seen;
  ASSERT_TRUE(pair.connect());
  pair.at_client.send = [&](std::span<const uint8_t> datagram) { seen.emplace_back(datagram.begin(), datagram.end()); };
  ASSERT_TRUE(pair.client.send(Bytes{1}).ok());
  ASSERT_TRUE(pair.client.send(Bytes{2}).ok());
  for (int i = 0; i < 3; ++i) {
    for (const Bytes& datagram : seen) pair.server.on_datagram(datagram, pair.time.now());
  }
  EXPECT_EQ(pair.at_server.messages.size(), 2u);
  EXPECT_TRUE(pair.server.connected());
}

TEST(DtlsAttack, AConnectionFitsIntoAPeersMemory) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  {
    DtlsPair warm_up;
    (void)warm_up.connect();
  }
  const size_t before = openssl_bytes;
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  pair.settle();
  const size_t each = (openssl_bytes - before) / 2;
  RecordProperty("bytes_per_connection", static_cast<int>(each));
  EXPECT_LT(each, 70'000u) << "a peer has 100 KB for everything";
  ASSERT_TRUE(pair.client.send(Bytes{1}).ok());
  pair.settle();
  ASSERT_TRUE(pair.server.send(Bytes{1}).ok());
  pair.settle();
  const size_t left = (openssl_bytes - before) / 2;
  RecordProperty("bytes_once_both_have_spoken", static_cast<int>(left));
  EXPECT_LT(left, 4'000u) << "keys, and nothing of the handshake";
}

TEST(DtlsAttack, AHandshakeThatNeverEndsTakesBoundedMemory) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  {
    DtlsPair warm_up;
    (void)warm_up.connect();
  }
  const size_t before = openssl_bytes;
  {
    DtlsPair pair;
    pair.client.start(pair.time.now());
    ASSERT_TRUE(pair.run([&] { return pair.network.sent() >= 2; }));  // the server has answered the first hello
    pair.network.options().loss = 1;
    for (int round = 0; round < 200; ++round) {
      for (uint8_t i = 1; i < 40; ++i) pair.server.on_datagram(unfinished_message(i), pair.time.now());
      pair.server.on_datagram(record(23, 1, static_cast<uint8_t>(round), Bytes(50)), pair.time.now());
    }
    EXPECT_FALSE(pair.server.connected());
    const size_t most = openssl_bytes - before;
    RecordProperty("bytes_of_two_ends", static_cast<int>(most));
    EXPECT_LT(most, 500'000u);
    (void)pair.run([] { return false; });
    EXPECT_TRUE(pair.server.ended());
  }
  EXPECT_LE(openssl_bytes, before + 1000) << "and gives it back";
}

TEST(DtlsAttack, AHelloIsAnsweredOnceWhateverItsRepeats) {
  DtlsPair pair;
  std::vector<Bytes> hello;
  pair.at_client.send = [&](std::span<const uint8_t> datagram) {
    hello.emplace_back(datagram.begin(), datagram.end());
  };
  pair.client.start(pair.time.now());
  ASSERT_EQ(hello.size(), 1u);
  for (int i = 0; i < 100; ++i) pair.server.on_datagram(hello[0], pair.time.now());
  EXPECT_LE(pair.network.sent(), 2u);
}

TEST(DtlsAttack, MessagesLeaveNothingAllocated) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  DtlsPair pair;
  ASSERT_TRUE(pair.connect());
  pair.settle();
  const Bytes message(500, 7);
  size_t before = 0;
  for (int i = 0; i < 200; ++i) {
    if (i == 2) before = openssl_bytes;
    ASSERT_TRUE(pair.client.send(message).ok());
    ASSERT_TRUE(pair.server.send(message).ok());
    pair.settle();
  }
  EXPECT_EQ(pair.at_client.messages.size() + pair.at_server.messages.size(), 400u);
  EXPECT_EQ(openssl_bytes, before);
}

}  // namespace
}  // namespace sdr::rtc
