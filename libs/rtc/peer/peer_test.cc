// SPDX-License-Identifier: Apache-2.0
// One viewer from its first check to its end, in virtual time. Bad networks are in peer_network_test.cc.
#include "rtc/peer/peer.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/testing/allocations.h"
#include "rtc/peer/testing/call.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Call;

TEST(KindOf, GoesByTheFirstBytes) {
  const auto kind = [](uint8_t first, uint8_t second) { return kind_of(std::array<uint8_t, 3>{first, second, 0}); };
  for (unsigned first = 0; first < 256; ++first) {
    DatagramKind expected = DatagramKind::kUnknown;
    if (first < 4) expected = DatagramKind::kStun;
    if (first >= 20 && first < 64) expected = DatagramKind::kDtls;
    if (first >= 128 && first < 192) expected = DatagramKind::kRtp;
    EXPECT_EQ(kind(static_cast<uint8_t>(first), 96), expected) << first;
  }
  for (unsigned type = 0; type < 256; ++type) {
    const bool is_control = type >= 192 && type < 224;
    EXPECT_EQ(kind(0x80, static_cast<uint8_t>(type)), is_control ? DatagramKind::kRtcp : DatagramKind::kRtp) << type;
  }
  EXPECT_EQ(kind_of({}), DatagramKind::kUnknown);
  EXPECT_EQ(kind_of(std::array<uint8_t, 1>{0x80}), DatagramKind::kUnknown);
}

TEST(Peer, ShowsVideoAndOpensBothChannels) {
  Call call;
  ASSERT_TRUE(call.connect());
  ASSERT_TRUE(call.open_channels());
  EXPECT_EQ(call.connected, 1);
  EXPECT_EQ(call.channels_opened, 2);
  EXPECT_EQ(call.peer->selected(), call.player_address);
  call.run(seconds(2));
  EXPECT_LE(call.player->browser().longest_freeze(call.now() - seconds(2), call.now()), milliseconds(50));
  EXPECT_EQ(call.player->browser().mid(), "0");
  EXPECT_EQ(call.player->not_authentic(), 0u);
  EXPECT_EQ(call.sent_to[1], 0u);
}

TEST(Peer, CarriesMessagesBothWays) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  EXPECT_EQ(call.player->send(Channel::commands, R"({"action":"pause"})", true), SendResult::sent);
  EXPECT_EQ(call.player->send(Channel::control, "twist", false), SendResult::sent);
  ASSERT_TRUE(call.run_until([&] { return call.messages.size() == 2; }, seconds(2)));
  const std::string answer = "answer";
  EXPECT_EQ(call.peer->send(Channel::commands, {reinterpret_cast<const uint8_t*>(answer.data()), answer.size()}, true),
            SendResult::sent);
  ASSERT_TRUE(call.run_until([&] { return !call.player->messages.empty(); }, seconds(2)));
  EXPECT_EQ(call.player->messages[0].bytes, answer);
  EXPECT_TRUE(call.player->messages[0].text);
}

TEST(Peer, HoldsCommandsThatCannotBeTakenYet) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.takes_commands = false;
  EXPECT_EQ(call.player->send(Channel::commands, "one", true), SendResult::sent);
  EXPECT_EQ(call.player->send(Channel::commands, "two", true), SendResult::sent);
  call.run(seconds(1));
  EXPECT_TRUE(call.messages.empty());
  call.takes_commands = true;
  call.peer->resume(call.now());
  ASSERT_TRUE(call.run_until([&] { return call.messages.size() == 2; }, seconds(2)));
  EXPECT_EQ(call.messages[0].bytes, "one");
}

TEST(Peer, ShowsVideoToWhoWantsNoChannels) {
  Call::Options options;
  options.data = false;
  Call call(options);
  ASSERT_TRUE(call.connect());
  EXPECT_EQ(call.peer->send(Channel::control, {}, false), SendResult::closed);
  call.run(seconds(1));
  EXPECT_TRUE(call.ends.empty());
}

TEST(Peer, EndsWhereTheHandshakeIsNeverFinished) {
  Call::Options options;
  options.answers_dtls = false;
  Call call(options);
  const Time start = call.now();
  ASSERT_TRUE(call.run_until([&] { return !call.ends.empty(); }, seconds(20)));
  EXPECT_GE(call.now() - start, seconds(15));
  EXPECT_LE(call.now() - start, milliseconds(15'100));
  EXPECT_EQ(call.ends[0], to_string(PeerEnd::kNeverConnected));
  EXPECT_TRUE(call.peer->ended());
}

TEST(Peer, EndsWhereNobodyComes) {
  Call::Options options;
  options.up.loss = 1;
  Call call(options);
  ASSERT_TRUE(call.run_until([&] { return !call.ends.empty(); }, seconds(20)));
  EXPECT_EQ(call.ends[0], to_string(PeerEnd::kNeverConnected));
  EXPECT_EQ(call.sent_to[0] + call.sent_to[1], 0u);
}

TEST(Peer, RefusesACertificateThatWasNotSignalled) {
  Call::Options options;
  options.signalled = DtlsContext::create().value()->fingerprint();
  Call call(options);
  ASSERT_TRUE(call.run_until([&] { return !call.ends.empty(); }, seconds(20)));
  EXPECT_EQ(call.ends[0], to_string(PeerEnd::kFailed));
  EXPECT_FALSE(call.peer->connected());
}

TEST(Peer, EndsOnceWhenConsentIsLost) {
  Call call;
  ASSERT_TRUE(call.connect());
  call.up.options().loss = 1;
  const Time cut = call.now();
  ASSERT_TRUE(call.run_until([&] { return !call.ends.empty(); }, seconds(40)));
  EXPECT_EQ(call.ends[0], to_string(PeerEnd::kConsentLost));
  EXPECT_GE(call.now() - cut, seconds(20));
  const uint64_t sent = call.sent_to[0];
  call.run(seconds(5));
  EXPECT_EQ(call.sent_to[0], sent) << "nothing goes to who does not want it any more";
  EXPECT_EQ(call.ends.size(), 1u);
}

TEST(Peer, EndsWhenTheViewerSaysGoodbye) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.player->close();
  ASSERT_TRUE(call.run_until([&] { return !call.ends.empty(); }, seconds(2)));
  EXPECT_EQ(call.ends[0], to_string(PeerEnd::kLeft));
}

TEST(Peer, SaysGoodbyeAndTakesBackItsAddresses) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  ASSERT_EQ(call.addresses.size(), 1u);
  call.close();
  EXPECT_TRUE(call.addresses.empty());
  ASSERT_TRUE(call.run_until([&] { return !call.player->ended().empty(); }, seconds(2)));
  EXPECT_EQ(call.player->ended(), to_string(DtlsEnd::kClosedByPeer));
  EXPECT_EQ(call.player->goodbyes(), 1u);
  EXPECT_TRUE(call.ends.empty()) << "who closes it is not told of its end";
}

TEST(Peer, MovesToAnotherAddressAfterACheckAndAnAuthenticPacketFromThere) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  const Address before = call.player_address;
  call.player_address = *Address::parse("203.0.113.4:6000");
  call.player->ask_again(call.now());
  ASSERT_TRUE(call.run_until([&] { return call.peer->selected() == call.player_address; }, seconds(2)));
  EXPECT_EQ(call.addresses.size(), 2u);
  EXPECT_NE(call.player_address, before);
  call.run(seconds(1));
  const Time moved = call.now();
  call.run(seconds(2));
  EXPECT_LE(call.player->browser().longest_freeze(moved, call.now()), milliseconds(100));
  EXPECT_EQ(call.ice.moves, 1u);
  EXPECT_EQ(call.player->send(Channel::commands, "still here", true), SendResult::sent);
  ASSERT_TRUE(call.run_until([&] { return !call.messages.empty(); }, seconds(2)));
}

TEST(Peer, GoesOnWithNewCredentials) {
  Call call;
  ASSERT_TRUE(call.connect());
  call.peer->restart(IceCredentials("newUfrag", "newPasswordOf24Letters00"));
  call.player->restart("newUfrag", "newPasswordOf24Letters00", call.now());
  const uint64_t answers = call.player->answers();
  ASSERT_TRUE(call.run_until([&] { return call.player->answers() > answers; }, seconds(2)));
  call.run(seconds(40));
  EXPECT_TRUE(call.ends.empty());
  EXPECT_LE(call.player->browser().longest_freeze(call.now() - seconds(5), call.now()), milliseconds(50));
}

TEST(Peer, IsMovedByNothingThatStrangersSend) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  const uint64_t to_player = call.sent_to[0];
  std::mt19937 random(7);
  std::vector<uint8_t> datagram(1500);
  for (int i = 0; i < 20'000; ++i) {
    datagram.resize(random() % 300);
    for (uint8_t& byte : datagram) byte = static_cast<uint8_t>(random());
    const bool claims = i % 2 == 0 && !datagram.empty();
    if (claims) datagram[0] = std::array<uint8_t, 4>{0, 22, 0x80, 0x90}[random() % 4];
    call.give(datagram, i % 4 == 0 ? call.player_address : call.other_address);
  }
  EXPECT_EQ(call.peer->selected(), call.player_address);
  EXPECT_EQ(call.sent_to[1], 0u);
  EXPECT_LE(call.sent_to[0], to_player + 20);
  EXPECT_TRUE(call.ends.empty());
  call.run(seconds(2));
  EXPECT_LE(call.player->browser().longest_freeze(call.now() - seconds(2), call.now()), milliseconds(50));
}

TEST(Peer, IsNotMovedByARecordedCheckSentAgainFromElsewhere) {
  Call call;
  ASSERT_TRUE(call.connect());
  testing::Player& player = *call.player;
  std::array<uint8_t, 256> memory;
  StunWriter writer(memory, StunClass::kRequest, kStunBinding, {1, 2, 3});
  writer.add_text(StunAttribute::kUsername, player.negotiated().remote.ice_ufrag + ":plyr");
  writer.add_u32(StunAttribute::kPriority, 1);
  writer.add_u64(StunAttribute::kIceControlling, 1);
  writer.add_flag(StunAttribute::kUseCandidate);
  writer.add_integrity(player.negotiated().remote.ice_password);
  writer.add_fingerprint();
  const auto recorded = writer.finish();
  call.give(recorded, call.other_address);
  call.run(seconds(3));
  EXPECT_EQ(call.peer->selected(), call.player_address);
  EXPECT_EQ(call.sent_to[1], 1u);
  EXPECT_LE(call.largest_to_strangers, recorded.size() + 12) << "an answer about as long as the question";
}

TEST(Peer, DropsWhatComesAfterItsEnd) {
  Call call;
  ASSERT_TRUE(call.connect());
  call.peer->close(call.now());
  const uint64_t sent = call.sent_to[0];
  call.run(seconds(1));
  EXPECT_EQ(call.sent_to[0], sent);
  EXPECT_FALSE(call.peer->admits(call.player_address));
  EXPECT_FALSE(call.peer->on_dtls({}, call.player_address, call.now()));
}

// Whatever OpenSSL keeps for a connection, 40 to 60 KB: it is let go once the peer has done with the handshake.
constexpr size_t kMostBytes = 60 << 10;

size_t allocated_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// What a peer and its media give back when they go.
size_t bytes_of_peer(const Call::Options& options) {
  Call call(options);
  EXPECT_TRUE(call.connect() && (!options.data || call.open_channels()));
  if (options.data) call.player->send(Channel::commands, "a command", true);
  call.run(seconds(5));
  const size_t before = allocated_bytes();
  call.player.reset();  // its association is the stack's as well
  const size_t without_player = allocated_bytes();
  call.peer.reset();
  call.media.reset();
  const size_t freed = without_player - allocated_bytes();
  std::printf("a peer: %zu bytes of its own and %zu allocated (its player: %zu)\n", sizeof(Peer), freed,
              before - without_player);
  return sizeof(Peer) + freed;
}

TEST(Peer, TakesLittleMemory) {
  const size_t nothing = allocated_bytes();
  const std::vector<uint8_t> megabyte(1 << 20);
  if (allocated_bytes() < nothing + megabyte.size()) GTEST_SKIP() << "another allocator, which does not say";
  EXPECT_LE(bytes_of_peer({}), kMostBytes);
  Call::Options without_channels;
  without_channels.data = false;
  EXPECT_LE(bytes_of_peer(without_channels), kMostBytes) << "its reports say as much as messages";
}

TEST(MediaPath, AllocatesNothingForVideoInSteadyState) {
  Call call;
  ASSERT_TRUE(call.connect() && call.open_channels());
  call.run(seconds(3));
  MediaPath& media = *call.media;
  struct Sink final : DatagramSink {
    std::span<uint8_t> room(size_t bytes, size_t) override { return std::span(memory).first(bytes); }
    void push(size_t bytes, size_t) override { sent += bytes; }
    std::vector<uint8_t> memory = std::vector<uint8_t>(128 * 1024);
    size_t sent = 0;
  } sink;
  uint64_t allocated = 0;
  for (int i = 0; i < 300; ++i) {
    call.encoders[0]->next_frame(0, call.now());
    const uint64_t before = sdr::testing::allocations_of_this_thread();
    media.video().on_frame(0, call.encoders[0]->store.newest()->id, call.now());
    EXPECT_TRUE(media.pull(sink, 0, call.now()));
    if (media.video().next_time() <= call.now()) media.video().on_time(call.now());
    allocated += sdr::testing::allocations_of_this_thread() - before;
    call.time.advance(std::chrono::microseconds(16'667));
  }
  EXPECT_EQ(allocated, 0u);
  EXPECT_GT(sink.sent, 1'000'000u);
}

}  // namespace
}  // namespace sdr::rtc
