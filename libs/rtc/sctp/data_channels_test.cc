// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/data_channels.h"

#include <gtest/gtest.h>

#include "base/testing/allocations.h"
#include "rtc/sctp/testing/channel_pair.h"

namespace sdr::rtc {
namespace {

using testing::as_bytes;
using testing::ChannelPair;
using testing::ChannelSide;

constexpr size_t kControl = static_cast<size_t>(Channel::control), kCommands = static_cast<size_t>(Channel::commands);

/// A peer without our rules: whatever it is told to send.
class RawPeer : public AssociationEvents {
 public:
  RawPeer() : side(clock, 1, {}) {
    EXPECT_TRUE(side.channels->start(stack, {}, clock.now()).ok());
    association = *stack.open(*this, true, clock.now());
    run_until([&] { return up && side.channels->is_up(); });
  }

  void on_packet_out(std::span<const uint8_t> packet) override { out.send(0, packet, clock.now()); }
  void on_up(uint16_t) override { up = true; }
  void on_message(const SctpMessage& message) override {
    messages.push_back({message.stream, message.ppid, {message.bytes.begin(), message.bytes.end()}});
  }
  void on_streams_reset(std::span<const uint16_t> streams) override {
    reset.insert(reset.end(), streams.begin(), streams.end());
  }
  void on_resets_done(std::span<const uint16_t>) override {}
  void on_end(SctpEnd) override { ended = true; }

  template <typename Condition>
  bool run_until(Condition condition, Duration limit = std::chrono::seconds(20)) {
    for (const Time end = clock.now() + limit; clock.now() < end && !condition();) {
      clock.advance(std::chrono::milliseconds(5));
      out.deliver(clock.now(), [&](int, auto packet) { side.channels->on_packet(packet, clock.now()); });
      side.out.deliver(clock.now(), [&](int, auto packet) { association->on_packet(packet, clock.now()); });
      stack.on_time(clock.now());
      side.channels->on_time(clock.now());
    }
    return condition();
  }
  void run(Duration duration) {
    run_until([] { return false; }, duration);
  }
  SendResult send(uint16_t stream, Ppid ppid, std::span<const uint8_t> bytes) {
    return association->send(bytes, {.stream = stream, .ppid = static_cast<uint32_t>(ppid)});
  }
  void open(uint16_t stream, const DcepOpen& open) {
    std::vector<uint8_t> message(64);
    message.resize(write_dcep_open(open, message));
    EXPECT_EQ(send(stream, Ppid::dcep, message), SendResult::sent);
  }
  bool was_reset(uint16_t stream) const { return std::find(reset.begin(), reset.end(), stream) != reset.end(); }

  struct Received {
    uint16_t stream;
    uint32_t ppid;
    std::vector<uint8_t> bytes;
  };
  testing::VirtualTime clock;
  SctpStack stack{clock.now()};
  testing::LossyNetwork out{{}, 1};
  ChannelSide side;
  std::unique_ptr<Association> association;
  std::vector<Received> messages;
  std::vector<uint16_t> reset;
  bool up = false, ended = false;
};

constexpr DcepOpen kOpenControl{.type = DcepChannelType::rexmit_unordered, .label = "control"};
constexpr DcepOpen kOpenCommands{.type = DcepChannelType::reliable, .label = "commands"};

TEST(DataChannels, AreOpenedByTheBrowser) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect());
  EXPECT_TRUE(pair.open(Channel::control));
  EXPECT_TRUE(pair.open(Channel::commands));
  EXPECT_EQ(pair.server.opened[kControl], 1);
  EXPECT_EQ(pair.server.opened[kCommands], 1);
  EXPECT_FALSE(pair.browser.channels->open(Channel::control));  // once is enough
}

TEST(DataChannels, AreAcknowledgedOnTheirStream) {
  RawPeer peer;
  peer.open(4, kOpenCommands);
  ASSERT_TRUE(peer.run_until([&] { return !peer.messages.empty(); }));
  EXPECT_EQ(peer.messages[0].stream, 4);
  EXPECT_EQ(peer.messages[0].ppid, 50u);
  EXPECT_EQ(peer.messages[0].bytes, std::vector<uint8_t>{0x02});
}

TEST(DataChannels, CarryTextBytesAndNothingBothWays) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands) && pair.open(Channel::control));
  for (ChannelSide* from : {&pair.browser, &pair.server}) {
    ChannelSide& to = from == &pair.browser ? pair.server : pair.browser;
    EXPECT_EQ(from->send(Channel::commands, "{}", true), SendResult::sent);
    EXPECT_EQ(from->send(Channel::commands, "\x01\x02", false), SendResult::sent);
    EXPECT_EQ(from->send(Channel::commands, "", true), SendResult::sent);
    EXPECT_EQ(from->send(Channel::control, "", false), SendResult::sent);
    ASSERT_TRUE(pair.run_until([&] { return to.messages.size() == 4; }));
    EXPECT_EQ(to.messages[0].bytes, "{}");
    EXPECT_TRUE(to.messages[0].text);
    EXPECT_FALSE(to.messages[1].text);
    EXPECT_EQ(to.messages[2].bytes, "");
    EXPECT_TRUE(to.messages[2].text);
    EXPECT_EQ(to.messages[3].channel, Channel::control);
    EXPECT_EQ(to.messages[3].bytes, "");
  }
}

TEST(DataChannels, RefuseOtherLabelsAndProperties) {
  RawPeer peer;
  peer.open(0, {.type = DcepChannelType::reliable, .label = "chat"});
  peer.open(2, {.type = DcepChannelType::reliable, .label = "control"});  // a stale twist would be sent again
  peer.open(4, {.type = DcepChannelType::rexmit_unordered, .reliability = 3, .label = "control"});
  peer.open(6, {.type = DcepChannelType::rexmit_unordered, .label = "commands"});
  ASSERT_TRUE(peer.run_until([&] { return peer.reset.size() == 4; }));
  EXPECT_EQ(peer.side.channels->counts().refused_channels, 4u);
  EXPECT_TRUE(peer.messages.empty());
  peer.open(8, kOpenControl);
  EXPECT_TRUE(peer.run_until([&] { return peer.side.channels->is_open(Channel::control); }));
}

TEST(DataChannels, RefuseASecondChannelOfTheSameLabel) {
  RawPeer peer;
  peer.open(0, kOpenCommands);
  peer.open(2, kOpenCommands);
  EXPECT_TRUE(peer.run_until([&] { return peer.was_reset(2); }));
  EXPECT_FALSE(peer.was_reset(0));
  EXPECT_TRUE(peer.side.channels->is_open(Channel::commands));
}

TEST(DataChannels, CloseAChannelThatIsOpenedTwice) {
  RawPeer peer;
  peer.open(0, kOpenCommands);
  peer.open(0, kOpenCommands);
  EXPECT_TRUE(peer.run_until([&] { return peer.was_reset(0); }));
  EXPECT_EQ(peer.side.last_end, ChannelEnd::malformed);
}

TEST(DataChannels, CloseAChannelForAMessageBeyondItsBound) {
  for (const auto& [channel, size] : {std::pair(Channel::control, 257),
                                      {Channel::commands, 1025},
                                      {Channel::commands, 2048},
                                      {Channel::control, 2048}}) {
    RawPeer peer;
    peer.open(0, kOpenControl);
    peer.open(2, kOpenCommands);
    const uint16_t stream = channel == Channel::control ? 0 : 2;
    const std::vector<uint8_t> at_bound(rules_of(channel).message_max), beyond(static_cast<size_t>(size));
    EXPECT_EQ(peer.send(stream, Ppid::binary, at_bound), SendResult::sent);
    EXPECT_EQ(peer.send(stream, Ppid::binary, beyond), SendResult::sent);
    ASSERT_TRUE(peer.run_until([&] { return peer.was_reset(stream); })) << size;
    EXPECT_EQ(peer.side.messages.size(), 1u);
    EXPECT_EQ(peer.side.last_end, ChannelEnd::too_large);
    EXPECT_EQ(peer.side.channels->counts().too_large, 1u);
    EXPECT_FALSE(peer.side.channels->is_open(channel));
    EXPECT_TRUE(peer.side.channels->is_open(channel == Channel::control ? Channel::commands : Channel::control));
  }
}

TEST(DataChannels, DropMessagesOnStreamsWithoutAChannel) {
  RawPeer peer;
  EXPECT_EQ(peer.send(3, Ppid::text, as_bytes("hello")), SendResult::sent);
  EXPECT_EQ(peer.send(3, static_cast<Ppid>(99), as_bytes("hello")), SendResult::sent);
  EXPECT_TRUE(peer.run_until([&] { return peer.side.channels->counts().malformed_messages == 1; }));
  EXPECT_EQ(peer.side.channels->counts().stray_messages, 1u);
  EXPECT_TRUE(peer.side.messages.empty());
}

TEST(DataChannels, CloseAStreamForAnOpeningThatNobodyUnderstands) {
  RawPeer peer;
  EXPECT_EQ(peer.send(5, Ppid::dcep, as_bytes("\x03nonsense")), SendResult::sent);
  EXPECT_TRUE(peer.run_until([&] { return peer.was_reset(5); }));
  EXPECT_EQ(peer.side.channels->counts().malformed_messages, 1u);
}

TEST(DataChannels, AreClosedByEitherSideAndOpenedAgain) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::control));
  for (int round = 0; round < 6; ++round) {
    ChannelSide& closer = round % 2 == 0 ? pair.browser : pair.server;
    ChannelSide& other = round % 2 == 0 ? pair.server : pair.browser;
    other.closed[kCommands] = 0;
    ASSERT_TRUE(pair.open(Channel::commands)) << round;
    EXPECT_EQ(pair.browser.send(Channel::commands, "x"), SendResult::sent);
    ASSERT_TRUE(pair.run_until([&] { return pair.server.messages.size() == static_cast<size_t>(round) + 1; }));
    closer.channels->close(Channel::commands);
    ASSERT_TRUE(pair.run_until([&] { return other.closed[kCommands] == 1; })) << round;
    EXPECT_FALSE(other.channels->is_open(Channel::commands));
    EXPECT_EQ(other.last_end, ChannelEnd::closed);
    pair.run(std::chrono::seconds(1));
  }
  EXPECT_TRUE(pair.server.channels->is_open(Channel::control));
}

TEST(DataChannels, AreOpenedAgainOnTheSameStream) {
  RawPeer peer;
  for (int round = 1; round <= 5; ++round) {
    peer.open(0, kOpenCommands);
    ASSERT_TRUE(peer.run_until([&] { return peer.side.opened[kCommands] == round; })) << round;
    ASSERT_TRUE(peer.run_until([&] { return peer.messages.size() == static_cast<size_t>(round); }));
    ASSERT_TRUE(peer.run_until([&] { return peer.association->reset_stream(0); }));
    ASSERT_TRUE(peer.run_until([&] { return peer.reset.size() == static_cast<size_t>(round); })) << round;
    EXPECT_EQ(peer.side.closed[kCommands], round);
    peer.run(std::chrono::seconds(1));
  }
}

TEST(DataChannels, HoldCommandsThatCannotBeTakenYet) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  std::vector<std::string> taken;
  bool room = false;
  pair.server.on_message = [&](const ChannelMessage& message) {
    if (!room) return false;
    taken.emplace_back(message.bytes.begin(), message.bytes.end());
    return true;
  };
  for (int i = 0; i < 5; ++i) pair.browser.send(Channel::commands, std::to_string(i));
  pair.run(std::chrono::seconds(1));
  EXPECT_TRUE(taken.empty());
  room = true;
  pair.server.channels->resume();
  EXPECT_EQ(taken, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST(DataChannels, LetOnlyWhatMayOvertakeTheHeldOnes) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands) && pair.open(Channel::control));
  std::vector<std::string> taken;
  bool room = false;
  pair.server.on_message = [&](const ChannelMessage& message) {
    std::string text(message.bytes.begin(), message.bytes.end());
    const bool take = message.overtakes ? text == "estop" : room || message.channel == Channel::control;
    if (take) taken.push_back(text);
    return take;
  };
  for (const char* text : {"a", "b", "estop", "c"}) pair.browser.send(Channel::commands, text);
  pair.run(std::chrono::seconds(1));
  pair.browser.send(Channel::control, "twist", false);
  pair.run(std::chrono::seconds(1));
  room = true;
  pair.server.channels->resume();
  EXPECT_EQ(taken, (std::vector<std::string>{"estop", "twist", "a", "b", "c"}));
}

TEST(DataChannels, MakeThePeerWaitWhenTheHeldOnesAreTooMany) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  std::vector<std::string> taken;
  bool room = false;
  pair.server.on_message = [&](const ChannelMessage& message) {
    if (room) taken.emplace_back(message.bytes.begin(), message.bytes.end());
    return room;
  };
  const auto command = [](int i) { return std::to_string(i) + std::string(900, '.'); };
  int sent = 0;
  bool refused = false;
  for (int round = 0; round < 200 && !refused; ++round) {
    refused = pair.browser.send(Channel::commands, command(sent)) == SendResult::full;
    if (!refused) ++sent;
    pair.run(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(refused);  // the peer's own buffer is full: it has to wait
  EXPECT_EQ(pair.server.channels->counts().pauses, 1u);
  EXPECT_TRUE(taken.empty());
  room = true;
  pair.server.channels->resume();
  ASSERT_TRUE(pair.run_until([&] { return taken.size() == static_cast<size_t>(sent); }));
  for (int i = 0; i < sent; ++i) EXPECT_EQ(taken[static_cast<size_t>(i)], command(i));
}

TEST(DataChannels, MayBeClosedFromWithinAMessage) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  bool room = false;
  pair.server.on_message = [&](const ChannelMessage&) {
    if (room) pair.server.channels->close(Channel::commands);
    return room;
  };
  for (int i = 0; i < 20; ++i) pair.browser.send(Channel::commands, "x");
  pair.run(std::chrono::seconds(1));
  room = true;
  pair.server.channels->resume();
  EXPECT_TRUE(pair.run_until([&] { return pair.browser.closed[kCommands] == 1; }));
  pair.server.on_message = nullptr;
  EXPECT_TRUE(pair.open(Channel::commands));
}

TEST(DataChannels, MayBeAbortedFromWithinAMessage) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  pair.server.on_message = [&](const ChannelMessage&) {
    pair.server.channels->abort();
    return false;
  };
  pair.browser.send(Channel::commands, "x");
  EXPECT_TRUE(pair.run_until([&] { return pair.browser.gone.has_value(); }));
  EXPECT_EQ(pair.server.send(Channel::commands, "x"), SendResult::closed);
}

TEST(DataChannels, DropAnswersThatTheNetworkDoesNotTake) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::control));
  pair.browser.out.options().loss = 1;  // nothing is acknowledged any more
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(pair.server.send(Channel::control, std::string(200, 'x'), false), SendResult::sent);
    pair.run(std::chrono::milliseconds(10));
  }
  EXPECT_GT(pair.server.channels->counts().control_dropped_out, 0u);
  pair.browser.out.options().loss = 0;
  pair.run(std::chrono::seconds(5));
  const size_t before = pair.browser.messages.size();
  EXPECT_EQ(pair.server.send(Channel::control, "newest", false), SendResult::sent);
  ASSERT_TRUE(pair.run_until([&] { return pair.browser.messages.size() > before; }));
  EXPECT_EQ(pair.browser.messages.back().bytes, "newest");
}

TEST(DataChannels, RefuseToSendWhatIsTooLargeOrNotOpen) {
  ChannelPair pair;
  EXPECT_EQ(pair.server.send(Channel::control, "x"), SendResult::closed);
  ASSERT_TRUE(pair.connect() && pair.open(Channel::control));
  EXPECT_EQ(pair.server.send(Channel::commands, "x"), SendResult::closed);
  EXPECT_EQ(pair.server.send(Channel::control, std::string(257, 'x')), SendResult::too_large);
}

TEST(DataChannels, OutliveMalformedPackets) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::vector<uint8_t> noise(random() % 200);
    for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
    pair.server.channels->on_packet(noise, pair.clock.now());
  }
  EXPECT_GT(pair.server.channels->counts().malformed_packets, 1900u);
  EXPECT_EQ(pair.browser.send(Channel::commands, "still here"), SendResult::sent);
  EXPECT_TRUE(pair.run_until([&] { return pair.server.messages.size() == 1; }));
}

/// Hands packets over at once and remembers nothing.
class Direct : public DataChannelEvents {
 public:
  void on_packet_out(std::span<const uint8_t> packet) override {
    size = packet.size();
    std::copy(packet.begin(), packet.end(), bytes.begin());
  }
  void on_channel_open(Channel) override {}
  bool on_channel_message(const ChannelMessage&) override { return ++messages > 0; }
  void on_channel_closed(Channel, ChannelEnd) override {}
  void on_channels_gone(SctpEnd) override {}
  std::array<uint8_t, 2048> bytes{};
  size_t size = 0;
  int messages = 0;
  DataChannels channels{*this};
};

TEST(DataChannels, AllocateNothingOfOurOwnForControl) {
  testing::VirtualTime clock;
  SctpStack stack(clock.now());
  Direct browser, server;
  ASSERT_TRUE(server.channels.start(stack, {}, clock.now()).ok());
  ASSERT_TRUE(browser.channels.start(stack, {.begins = true, .first_stream = 0}, clock.now()).ok());
  const auto exchange = [&] {
    clock.advance(std::chrono::milliseconds(5));
    stack.on_time(clock.now());
    for (Direct* from : {&browser, &server}) {
      const auto packet = from->bytes;
      const size_t size = std::exchange(from->size, 0);
      Direct& to = from == &browser ? server : browser;
      if (size > 0) to.channels.on_packet(std::span(packet).first(size), clock.now());
    }
  };
  for (int i = 0; i < 50; ++i) exchange();
  ASSERT_TRUE(browser.channels.open(Channel::control));
  for (int i = 0; i < 50; ++i) exchange();
  const std::array<uint8_t, 39> twist{};
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (int i = 0; i < 500; ++i) {
    browser.channels.send(Channel::control, twist, false);
    exchange();
    server.channels.send(Channel::control, std::span(twist).first(6), false);
    exchange();
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
  EXPECT_GT(server.messages, 400);
}

}  // namespace
}  // namespace sdr::rtc
