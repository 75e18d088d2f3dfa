// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/sctp_stack.h"

#include <gtest/gtest.h>

#include "rtc/sctp/errc.h"
#include "rtc/sctp/testing/channel_pair.h"

namespace sdr::rtc {
namespace {

using testing::as_bytes;
using testing::ChannelPair;
using testing::ChannelSide;
using testing::VirtualTime;

class Silent : public AssociationEvents {
 public:
  void on_packet_out(std::span<const uint8_t>) override { ++packets; }
  void on_up(uint16_t) override {}
  void on_message(const SctpMessage&) override {}
  void on_streams_reset(std::span<const uint16_t>) override {}
  void on_resets_done(std::span<const uint16_t>) override {}
  void on_end(SctpEnd how) override { end = how; }
  int packets = 0;
  std::optional<SctpEnd> end;
};

TEST(SctpStack, ComesUpWhicheverSideBegins) {
  EXPECT_TRUE(ChannelPair().connect(true, false));
  EXPECT_TRUE(ChannelPair().connect(false, true));
}

TEST(SctpStack, MakesOneAssociationWhereBothBegin) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect(true, true));
  EXPECT_TRUE(pair.open(Channel::commands));
  pair.run(std::chrono::seconds(5));
  EXPECT_FALSE(pair.browser.gone || pair.server.gone);
}

TEST(SctpStack, WaitsForAPeerThatBeginsLate) {
  ChannelPair pair;
  ASSERT_TRUE(pair.server.channels->start(pair.stack, {}, pair.clock.now()).ok());
  pair.run(std::chrono::seconds(100));
  ASSERT_TRUE(pair.browser.channels->start(pair.stack, {.begins = true, .first_stream = 0}, pair.clock.now()).ok());
  EXPECT_TRUE(pair.run_until([&] { return pair.server.channels->is_up(); }));
}

TEST(SctpStack, GivesUpOnAPeerThatNeverAnswers) {
  VirtualTime clock;
  SctpStack stack(clock.now());
  Silent events;
  const auto association = stack.open(events, true, clock.now());
  ASSERT_TRUE(association.ok());
  for (int i = 0; i < 1000 && !events.end; ++i) {
    clock.advance(std::chrono::milliseconds(100));
    stack.on_time(clock.now());
  }
  EXPECT_TRUE(events.end);
  EXPECT_GT(events.packets, 5);
}

TEST(SctpStack, NoticesAPeerThatIsGoneWhenSomethingIsToBeSent) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  pair.browser.out.options().loss = 1;
  EXPECT_EQ(pair.server.send(Channel::commands, "anyone there?"), SendResult::sent);
  EXPECT_TRUE(pair.run_until([&] { return pair.server.gone.has_value(); }, std::chrono::minutes(5)));
  EXPECT_EQ(pair.server.gone, SctpEnd::lost);
  EXPECT_EQ(pair.server.send(Channel::commands, "?"), SendResult::closed);
}

TEST(SctpStack, ShutsDownAfterAllHasArrived) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  for (int i = 0; i < 10; ++i) pair.server.send(Channel::commands, std::to_string(i));
  pair.server.channels->shut_down();
  ASSERT_TRUE(pair.run_until([&] { return pair.server.gone && pair.browser.gone; }));
  EXPECT_EQ(pair.server.gone, SctpEnd::shutdown);
  EXPECT_EQ(pair.browser.gone, SctpEnd::shutdown);
  EXPECT_EQ(pair.browser.messages.size(), 10u);
}

TEST(SctpStack, TellsThePeerOfAnAbort) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect() && pair.open(Channel::control));
  pair.server.channels->abort();
  EXPECT_TRUE(pair.run_until([&] { return pair.browser.gone.has_value(); }));
  EXPECT_EQ(pair.browser.gone, SctpEnd::lost);
  EXPECT_FALSE(pair.server.gone);
  EXPECT_FALSE(pair.server.channels->is_open(Channel::control));
}

TEST(SctpStack, SaysNothingWhenAnAssociationIsDestroyed) {
  ChannelPair pair;
  ASSERT_TRUE(pair.connect());
  const size_t sent = pair.server.out.sent();
  pair.server.channels = std::make_unique<DataChannels>(pair.server);
  pair.run(std::chrono::seconds(2));
  EXPECT_EQ(pair.server.out.sent(), sent);
}

TEST(SctpStack, StopsAskingForTimeWhenNobodyIsThere) {
  VirtualTime clock;
  SctpStack stack(clock.now());
  EXPECT_FALSE(stack.next_time());
  Silent events;
  {
    const auto association = stack.open(events, false, clock.now());
    ASSERT_TRUE(association.ok());
    EXPECT_TRUE(stack.next_time());
  }
  for (int i = 0; i < 100 && stack.next_time(); ++i) stack.on_time(*stack.next_time() + std::chrono::milliseconds(100));
  EXPECT_FALSE(stack.next_time());
}

TEST(SctpStack, IsMadeAnewAfterItsEnd) {
  for (int i = 0; i < 3; ++i) {
    ChannelPair pair;
    EXPECT_TRUE(pair.connect() && pair.open(Channel::control));
  }
}

TEST(SctpStack, RefusesMoreAssociationsThanItsBound) {
  VirtualTime clock;
  SctpStack stack(clock.now());
  Silent events;
  std::vector<std::unique_ptr<Association>> associations;
  while (associations.size() < kAssociationsMax) {
    auto association = stack.open(events, false, clock.now());
    ASSERT_TRUE(association.ok()) << associations.size();
    associations.push_back(std::move(*association));
  }
  EXPECT_EQ(stack.open(events, false, clock.now()).error().code(), SctpError::kTooManyPeers);
  associations.pop_back();
  EXPECT_TRUE(stack.open(events, false, clock.now()).ok());
}

TEST(SctpStack, KeepsPeersApart) {
  VirtualTime clock;
  SctpStack stack(clock.now());
  constexpr size_t kPeers = 20;
  std::vector<std::unique_ptr<ChannelSide>> browsers, servers;
  for (size_t i = 0; i < kPeers; ++i) {
    browsers.push_back(std::make_unique<ChannelSide>(clock, i, testing::NetworkOptions{}));
    servers.push_back(std::make_unique<ChannelSide>(clock, i, testing::NetworkOptions{}));
    ASSERT_TRUE(servers[i]->channels->start(stack, {}, clock.now()).ok());
    ASSERT_TRUE(browsers[i]->channels->start(stack, {.begins = true, .first_stream = 0}, clock.now()).ok());
  }
  for (int step = 0; step < 300; ++step) {
    clock.advance(std::chrono::milliseconds(10));
    for (size_t i = 0; i < kPeers; ++i) {
      browsers[i]->out.deliver(clock.now(),
                               [&](int, auto bytes) { servers[i]->channels->on_packet(bytes, clock.now()); });
      servers[i]->out.deliver(clock.now(),
                              [&](int, auto bytes) { browsers[i]->channels->on_packet(bytes, clock.now()); });
      if (step == 100) (void)browsers[i]->channels->open(Channel::commands);
      if (step == 200) (void)browsers[i]->send(Channel::commands, std::to_string(i));
    }
    stack.on_time(clock.now());
  }
  for (size_t i = 0; i < kPeers; ++i) {
    ASSERT_EQ(servers[i]->messages.size(), 1u) << i;
    EXPECT_EQ(servers[i]->messages[0].bytes, std::to_string(i));
  }
}

}  // namespace
}  // namespace sdr::rtc
