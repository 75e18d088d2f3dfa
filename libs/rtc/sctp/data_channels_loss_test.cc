// SPDX-License-Identifier: Apache-2.0
// Both channels over a bad network in virtual time. Every seed is a case of its own, so that one that fails is named.
#include <gtest/gtest.h>

#include "rtc/sctp/control_input.h"
#include "rtc/sctp/testing/channel_pair.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using testing::ChannelPair;

class BadNetwork : public ::testing::TestWithParam<uint64_t> {
 protected:
  static constexpr testing::NetworkOptions kNetwork{
      .loss = 0.2, .duplicate = 0.1, .delay = milliseconds(20), .jitter = milliseconds(30)};
};

TEST_P(BadNetwork, StillComesUpWhoeverBegins) {
  for (const auto& [browser, server] : {std::pair(true, false), {false, true}, {true, true}}) {
    ChannelPair pair(GetParam(), kNetwork);
    ASSERT_TRUE(pair.connect(browser, server));
    EXPECT_TRUE(pair.open(Channel::control));
    EXPECT_TRUE(pair.open(Channel::commands));
  }
}

TEST_P(BadNetwork, LosesNoCommandAndChangesNoOrder) {
  ChannelPair pair(GetParam(), kNetwork);
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  constexpr size_t kCommands = 100;
  for (size_t i = 0; i < kCommands;) {
    const std::string text = std::to_string(i) + std::string(i * 10, '-');
    const bool there = pair.browser.send(Channel::commands, text) == SendResult::sent;
    if (there) {
      ASSERT_TRUE(pair.run_until([&] { return pair.server.send(Channel::commands, text) == SendResult::sent; }));
      ++i;
    }
    pair.run(milliseconds(10));
  }
  ASSERT_TRUE(pair.run_until(
      [&] { return pair.server.messages.size() == kCommands && pair.browser.messages.size() == kCommands; }));
  for (size_t i = 0; i < kCommands; ++i) {
    const std::string text = std::to_string(i) + std::string(i * 10, '-');
    EXPECT_EQ(pair.server.messages[i].bytes, text);
    EXPECT_EQ(pair.browser.messages[i].bytes, text);
  }
}

TEST_P(BadNetwork, KeepsTheNewestTwistYoung) {
  ChannelPair pair(GetParam(), kNetwork);
  ASSERT_TRUE(pair.connect() && pair.open(Channel::control));
  ControlInput input;
  std::vector<Duration> ages;
  std::vector<Time> sent_at;
  Time newest{};
  pair.server.on_message = [&](const ChannelMessage& message) {
    if (const auto taken = input.take(message.bytes, message.text)) {
      newest = sent_at[std::get<schema::ChannelTwist>(*taken).sequence];
    }
    return true;
  };
  for (uint32_t i = 0; i < 1000; ++i) {  // 60 a second
    schema::ChannelTwist twist;
    twist.sequence = i;
    std::string bytes;
    encode(twist, bytes);
    sent_at.push_back(pair.clock.now());
    pair.browser.send(Channel::control, bytes, false);
    pair.run(std::chrono::microseconds(16'667));
    if (i > 60) ages.push_back(pair.clock.now() - newest);
  }
  std::sort(ages.begin(), ages.end());
  EXPECT_LT(ages[ages.size() * 99 / 100], 3 * milliseconds(70));  // virtual time: three of the mean round trips
  EXPECT_EQ(input.malformed(), 0u);
}

TEST_P(BadNetwork, ClosesAndOpensChannels) {
  ChannelPair pair(GetParam(), kNetwork);
  ASSERT_TRUE(pair.connect());
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(pair.open(Channel::control)) << round;
    const int closed = pair.browser.closed[0];
    pair.server.channels->close(Channel::control);
    ASSERT_TRUE(pair.run_until([&] { return pair.browser.closed[0] > closed; })) << round;
  }
}

TEST_P(BadNetwork, ClosesAChannelThatIsInUse) {
  ChannelPair pair(GetParam(), kNetwork);
  ASSERT_TRUE(pair.connect());
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(pair.open(Channel::control)) << round;
    for (int i = 0; i < 100; ++i) {
      pair.browser.send(Channel::control, "twist", false);
      pair.server.send(Channel::control, "ack", false);
      pair.run(milliseconds(5));
    }
    const int closed = pair.browser.closed[0];
    pair.server.channels->close(Channel::control);
    ASSERT_TRUE(pair.run_until([&] { return pair.browser.closed[0] > closed; })) << round;
  }
}

TEST_P(BadNetwork, ShutsDown) {
  ChannelPair pair(GetParam(), kNetwork);
  ASSERT_TRUE(pair.connect() && pair.open(Channel::commands));
  pair.browser.send(Channel::commands, "last words");
  pair.browser.channels->shut_down();
  ASSERT_TRUE(pair.run_until([&] { return pair.browser.gone && pair.server.gone; }));
  EXPECT_EQ(pair.browser.gone, SctpEnd::shutdown);
  EXPECT_EQ(pair.server.gone, SctpEnd::shutdown);
  EXPECT_EQ(pair.server.channels->counts().stray_messages, 0u);
  EXPECT_EQ(pair.server.messages.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BadNetwork, ::testing::Range<uint64_t>(1, 11));

}  // namespace
}  // namespace sdr::rtc
