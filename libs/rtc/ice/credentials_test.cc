// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/credentials.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sdr::rtc {
namespace {

TEST(IceCredentials, AreOfIceLettersAndNeverTheSame) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 1000; ++i) {
    const IceCredentials credentials = IceCredentials::make().value();
    EXPECT_TRUE(is_ice_text(credentials.ufrag(), 4));
    EXPECT_TRUE(is_ice_text(credentials.password(), 22));
    seen.insert(std::string(credentials.ufrag()) + std::string(credentials.password()));
    letters.insert(credentials.password().begin(), credentials.password().end());
  }
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(letters.size(), 64u);
}

TEST(IceCredentials, FindOurPartOfAUsername) {
  EXPECT_EQ(local_ufrag_of("ours:theirs"), "ours");
  EXPECT_EQ(local_ufrag_of("ours:theirs:more"), "ours");
  EXPECT_EQ(local_ufrag_of("ours"), "");
  EXPECT_EQ(local_ufrag_of(":theirs"), "");
}

TEST(IceCredentials, KnowIceText) {
  EXPECT_TRUE(is_ice_text("aZ09+/", 4));
  EXPECT_FALSE(is_ice_text("abc", 4));
  EXPECT_FALSE(is_ice_text("abc d", 4));
  EXPECT_FALSE(is_ice_text("abc-d", 4));
  EXPECT_TRUE(is_ice_text(std::string(256, 'a'), 4));
  EXPECT_FALSE(is_ice_text(std::string(257, 'a'), 4));
}

}  // namespace
}  // namespace sdr::rtc
