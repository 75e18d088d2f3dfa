// SPDX-License-Identifier: Apache-2.0
// UdpSocket and UdpSender over loopback.

#include <gtest/gtest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "base/testing/allocations.h"
#include "net/udp_sender.h"
#include "net/udp_socket.h"

namespace sdr::net {
namespace {

using Bytes = std::vector<uint8_t>;

UdpSocket bound(const char* address = "127.0.0.1:0") {
  return UdpSocket::bind(Address::parse(address).value()).value();
}

Bytes bytes_of(size_t count, uint8_t seed) {
  Bytes bytes(count);
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(seed + i / 3);
  return bytes;
}

/// The next `count` datagrams, waited for.
std::vector<Bytes> receive(UdpSocket& socket, size_t count) {
  std::vector<Bytes> all;
  while (all.size() < count) {
    pollfd waiting{socket.fd(), POLLIN, 0};
    if (poll(&waiting, 1, 10'000) != 1) break;
    for (const UdpDatagram& each : socket.receive()) all.emplace_back(each.bytes.begin(), each.bytes.end());
  }
  return all;
}

void push(UdpSender& sender, const Bytes& bytes, size_t segment, const Address& to, const Address& from = Address()) {
  const std::span<uint8_t> room = sender.room(bytes.size());
  ASSERT_EQ(room.size(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  sender.push(bytes.size(), segment, to, from);
}

class UdpSending : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Kernel, UdpSending, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "Splits" : "CannotSplit"; });

TEST_P(UdpSending, ArrivesInSegments) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd(), {.segments = GetParam()});
  const Bytes frame = bytes_of(14 * 1200 + 77, 1);
  push(sender, frame, 1200, to.address());
  push(sender, bytes_of(20, 9), 1200, to.address());
  EXPECT_FALSE(sender.empty());
  EXPECT_TRUE(sender.flush());
  EXPECT_TRUE(sender.empty());
  const std::vector<Bytes> packets = receive(to, 16);
  ASSERT_EQ(packets.size(), 16u);
  Bytes joined;
  for (size_t i = 0; i < 15; ++i) {
    EXPECT_EQ(packets[i].size(), i < 14 ? 1200u : 77u);
    joined.insert(joined.end(), packets[i].begin(), packets[i].end());
  }
  EXPECT_EQ(joined, frame);
  EXPECT_EQ(packets[15], bytes_of(20, 9));
  EXPECT_EQ(sender.counters().datagrams, 16u);
  EXPECT_EQ(sender.counters().unsegmented, sender.segments() ? 0u : 1u);
}

TEST_P(UdpSending, SendsMoreSegmentsThanAMessageTakes) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd(), {.segments = GetParam()});
  const Bytes large = bytes_of(200 * 100 + 1, 5);
  push(sender, large, 100, to.address());
  EXPECT_TRUE(sender.flush());
  Bytes joined;
  for (const Bytes& each : receive(to, 201)) joined.insert(joined.end(), each.begin(), each.end());
  EXPECT_EQ(joined, large);
}

TEST_P(UdpSending, ServesManyPeersWithFewCalls) {
  UdpSocket from = bound();
  UdpSender sender(from.fd(), {.segments = GetParam()});
  std::vector<UdpSocket> peers;
  for (uint8_t i = 0; i < 100; ++i) {
    peers.push_back(bound());
    push(sender, bytes_of(3000, i), 1000, peers.back().address());
  }
  EXPECT_TRUE(sender.flush());
  EXPECT_EQ(sender.counters().datagrams, 300u);
  EXPECT_LE(sender.counters().calls, 10u);
  for (uint8_t i = 0; i < 100; ++i) {
    Bytes joined;
    for (const Bytes& each : receive(peers[i], 3)) joined.insert(joined.end(), each.begin(), each.end());
    EXPECT_EQ(joined, bytes_of(3000, i));
  }
}

TEST_P(UdpSending, ARefusedPathHoldsNobodyUp) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd(), {.segments = GetParam()});
  push(sender, bytes_of(10, 1), 1200, to.address());
  push(sender, bytes_of(5000, 2), 1000, Address::parse("255.255.255.255:9").value());  // broadcasts were not asked for
  push(sender, bytes_of(10, 3), 1200, to.address());
  EXPECT_TRUE(sender.flush());
  EXPECT_EQ(sender.counters().refused, 1u);
  EXPECT_EQ(receive(to, 2), (std::vector<Bytes>{bytes_of(10, 1), bytes_of(10, 3)}));
}

TEST(UdpSender, HasRoomForSoMuchUntilItIsFlushed) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd(), {.capacity_bytes = 1000, .capacity_sends = 3});
  EXPECT_EQ(sender.room(1000).size(), 1000u);
  EXPECT_TRUE(sender.room(1001).empty());
  push(sender, bytes_of(600, 1), 600, to.address());
  EXPECT_TRUE(sender.room(500).empty());
  push(sender, bytes_of(10, 1), 600, to.address());
  push(sender, bytes_of(10, 1), 600, to.address());
  EXPECT_TRUE(sender.room(10).empty()) << "as many sends as there may be";
  EXPECT_TRUE(sender.flush());
  EXPECT_EQ(sender.room(1000).size(), 1000u);
}

/// The first datagram that comes, as the socket gives it; its bytes are valid until the next.
UdpDatagram receive_one(UdpSocket& socket) {
  pollfd waiting{socket.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
  const auto datagrams = socket.receive();
  EXPECT_EQ(datagrams.size(), 1u);
  return datagrams.empty() ? UdpDatagram() : datagrams[0];
}

TEST(UdpSocket, AnswersFromTheAddressThatWasAsked) {
  UdpSocket server = bound("0.0.0.0:0"), client = bound();
  UdpSender to_server(client.fd()), to_client(server.fd());
  const std::string asked = "127.0.0.2:" + std::to_string(server.address().port());
  push(to_server, {1, 2, 3}, 100, Address::parse(asked).value());
  ASSERT_TRUE(to_server.flush());
  const UdpDatagram question = receive_one(server);
  EXPECT_EQ(question.from.to_string(), client.address().to_string());
  EXPECT_EQ(question.to.to_string(), asked);
  push(to_client, {4}, 100, question.from, question.to);
  ASSERT_TRUE(to_client.flush());
  EXPECT_EQ(receive_one(client).from.to_string(), asked);
}

TEST(UdpSocket, TakesBothFamiliesOnTheWiderWildcard) {
  auto made = UdpSocket::bind(Address::parse("[::]:0").value());
  if (!made) GTEST_SKIP() << "no IPv6 here: " << made.error().message();
  UdpSocket client = bound();
  UdpSender to_server(client.fd()), to_client(made->fd());
  push(to_server, {1}, 100, Address::parse("127.0.0.1:" + std::to_string(made->address().port())).value());
  ASSERT_TRUE(to_server.flush());
  const UdpDatagram question = receive_one(*made);
  push(to_client, {2}, 100, question.from, question.to);
  ASSERT_TRUE(to_client.flush());
  EXPECT_EQ(receive_one(client).from.port(), made->address().port());
}

TEST(UdpSocket, DropsWhatIsTooLong) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd());
  push(sender, bytes_of(UdpSocket::kDatagramMax + 1, 1), 4000, to.address());
  push(sender, bytes_of(UdpSocket::kDatagramMax, 1), 4000, to.address());
  EXPECT_TRUE(sender.flush());
  EXPECT_EQ(receive(to, 1), std::vector<Bytes>{bytes_of(UdpSocket::kDatagramMax, 1)});
  EXPECT_EQ(to.datagrams_too_long(), 1u);
  EXPECT_TRUE(to.receive().empty());
}

TEST(UdpSocket, OutlivesAPeerThatIsGone) {
  UdpSocket socket = bound();
  Address gone;
  {
    UdpSocket peer = bound();
    gone = peer.address();
  }
  UdpSender sender(socket.fd());
  for (int i = 0; i < 10; ++i) push(sender, {1}, 100, gone);
  EXPECT_TRUE(sender.flush());
  EXPECT_TRUE(socket.receive().empty());
  push(sender, {7}, 100, socket.address());
  EXPECT_TRUE(sender.flush());
  EXPECT_EQ(receive(socket, 1), std::vector<Bytes>{Bytes{7}});
}

TEST(UdpSocket, SharesItsPortWhereAskedTo) {
  const UdpSocket::Options shared{.reuse_port = true};
  const auto first = UdpSocket::bind(Address::parse("127.0.0.1:0").value(), shared);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(UdpSocket::bind(first->address(), shared).ok());
  EXPECT_FALSE(UdpSocket::bind(first->address()).ok());
}

TEST(UdpSocket, SendingAndReceivingAllocateNothing) {
  UdpSocket from = bound(), to = bound();
  UdpSender sender(from.fd());
  uint64_t before = 0, received = 0;
  for (int i = 0; i < 50; ++i) {
    if (i == 1) before = sdr::testing::allocations_of_this_thread();
    (void)sender.room(2400);
    sender.push(2400, 1200, to.address(), from.address());
    ASSERT_TRUE(sender.flush());
    for (size_t got = 0; got < 2;) {
      pollfd waiting{to.fd(), POLLIN, 0};
      ASSERT_EQ(poll(&waiting, 1, 10'000), 1);
      got += to.receive().size();
      received += got == 2 ? 2 : 0;
    }
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread() - before, 0u);
  EXPECT_EQ(received, 100u);
}

}  // namespace
}  // namespace sdr::net
