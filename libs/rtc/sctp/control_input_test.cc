// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/control_input.h"

#include <gtest/gtest.h>

#include "base/testing/allocations.h"

namespace sdr::rtc {
namespace {

using schema::ChannelGamepad;
using schema::ChannelTwist;

template <typename Message>
std::string message(uint32_t sequence) {
  Message value;
  value.sequence = sequence;
  std::string out;
  encode(value, out);
  return out;
}

std::optional<ControlMessage> take(ControlInput& input, const std::string& bytes, bool text = false) {
  return input.take({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, text);
}

TEST(ControlInput, DropsWhatIsNotNewer) {
  ControlInput input;
  EXPECT_TRUE(take(input, message<ChannelTwist>(10)));
  EXPECT_FALSE(take(input, message<ChannelTwist>(10)));
  EXPECT_FALSE(take(input, message<ChannelTwist>(9)));
  EXPECT_TRUE(take(input, message<ChannelTwist>(12)));
  EXPECT_FALSE(take(input, message<ChannelTwist>(11)));
  EXPECT_EQ(input.stale(), 3u);
}

TEST(ControlInput, CountsEachKindByItself) {
  ControlInput input;
  const auto twist = take(input, message<ChannelTwist>(10));
  const auto gamepad = take(input, message<ChannelGamepad>(3));
  ASSERT_TRUE(twist && gamepad);
  EXPECT_TRUE(std::holds_alternative<ChannelTwist>(*twist));
  EXPECT_TRUE(std::holds_alternative<ChannelGamepad>(*gamepad));
}

TEST(ControlInput, GoesOnAcrossTheEndOfTheNumbers) {
  ControlInput input;
  EXPECT_TRUE(take(input, message<ChannelTwist>(0xfffffffe)));
  EXPECT_TRUE(take(input, message<ChannelTwist>(1)));
  EXPECT_FALSE(take(input, message<ChannelTwist>(0xffffffff)));
}

TEST(ControlInput, DropsWhatIsMalformed) {
  ControlInput input;
  EXPECT_FALSE(take(input, ""));
  EXPECT_FALSE(take(input, message<ChannelTwist>(1) + "x"));
  EXPECT_FALSE(take(input, message<ChannelTwist>(1), true));
  EXPECT_FALSE(take(input, message<ChannelTwist>(1).substr(0, 20)));
  EXPECT_FALSE(take(input, "\x7f"));
  EXPECT_EQ(input.malformed(), 5u);
  EXPECT_TRUE(take(input, message<ChannelTwist>(1)));  // none of them counted as the newest
}

TEST(ControlInput, AllocatesNothing) {
  ControlInput input;
  std::vector<std::string> messages;
  for (uint32_t i = 1; i < 200; ++i) messages.push_back(message<ChannelTwist>(i));
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (const std::string& one : messages) EXPECT_TRUE(take(input, one));
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

TEST(NewestSequence, TakesNoNumberThatIsHalfOfAllAway) {
  NewestSequence newest;
  EXPECT_TRUE(newest.accept(5));
  EXPECT_FALSE(newest.accept(5 + 0x80000000u));
  EXPECT_TRUE(newest.accept(5 + 0x7fffffffu));
}

}  // namespace
}  // namespace sdr::rtc
