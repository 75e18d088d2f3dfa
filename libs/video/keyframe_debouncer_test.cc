// SPDX-License-Identifier: Apache-2.0
#include "video/keyframe_debouncer.h"

#include <gtest/gtest.h>

#include <random>

namespace sdr::video {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;

// Pictures at a steady rate; counts them up to the next keyframe.
class KeyframeDebouncerTest : public testing::Test {
 protected:
  bool next() {
    clock_.advance(interval_);
    return debouncer_.next_picture(clock_.now());
  }
  int pictures_until_keyframe(int at_most) {
    for (int i = 1; i <= at_most; ++i) {
      if (next()) return i;
    }
    return 0;
  }

  FakeClock clock_;
  Duration interval_ = milliseconds(10);
  KeyframeDebouncer debouncer_;
};

TEST_F(KeyframeDebouncerTest, MakesTheFirstPictureAKeyframe) {
  EXPECT_TRUE(next());
  EXPECT_FALSE(next());
}

TEST_F(KeyframeDebouncerTest, ServesALoneRequestWithTheNextPicture) {
  ASSERT_TRUE(next());
  EXPECT_EQ(pictures_until_keyframe(100), 0);
  debouncer_.request();
  EXPECT_TRUE(next());
  EXPECT_FALSE(debouncer_.waiting());
}

TEST_F(KeyframeDebouncerTest, ServesRequestsThatComeTooSoonOnceAtTheEnd) {
  ASSERT_TRUE(next());
  for (int i = 0; i < 10; ++i) {
    debouncer_.request();
    EXPECT_FALSE(next());
  }
  EXPECT_TRUE(debouncer_.waiting());
  EXPECT_EQ(pictures_until_keyframe(100), 40);  // the 50th after the keyframe: 500 ms
  EXPECT_EQ(pictures_until_keyframe(100), 0);
}

TEST_F(KeyframeDebouncerTest, WaitsForThirtyPicturesWhereTheyComeSlowly) {
  interval_ = milliseconds(50);
  ASSERT_TRUE(next());
  debouncer_.request();
  EXPECT_EQ(pictures_until_keyframe(100), 30);
}

TEST_F(KeyframeDebouncerTest, WaitsForHalfASecondWherePicturesComeFast) {
  interval_ = milliseconds(4);
  ASSERT_TRUE(next());
  debouncer_.request();
  EXPECT_EQ(pictures_until_keyframe(200), 125);
}

TEST_F(KeyframeDebouncerTest, GivesOneUnaskedAfterTheLongestTime) {
  ASSERT_TRUE(next());
  EXPECT_EQ(pictures_until_keyframe(2000), 1000);
  debouncer_.set_longest(seconds(2));
  EXPECT_EQ(pictures_until_keyframe(2000), 200);
}

TEST_F(KeyframeDebouncerTest, CountsFromAKeyframeThatTheEncoderMade) {
  ASSERT_TRUE(next());
  debouncer_.request();
  ASSERT_EQ(pictures_until_keyframe(20), 0);
  debouncer_.made_keyframe(clock_.now());
  EXPECT_FALSE(debouncer_.waiting());
  debouncer_.request();
  EXPECT_EQ(pictures_until_keyframe(100), 50);
}

TEST_F(KeyframeDebouncerTest, KeepsItsDistancesWhateverIsAsked) {
  std::mt19937 random(3);
  ASSERT_TRUE(next());
  Time last = clock_.now();
  int since = 0;
  for (int i = 0; i < 100'000; ++i) {
    interval_ = milliseconds(random() % 40);
    if (random() % 3 == 0) debouncer_.request();
    const bool asked = debouncer_.waiting();
    const bool keyframe = next();
    ++since;
    const Duration passed = clock_.now() - last;
    EXPECT_EQ(keyframe, asked && since >= 30 && passed >= milliseconds(500));
    if (!keyframe) continue;
    last = clock_.now();
    since = 0;
  }
}

}  // namespace
}  // namespace sdr::video
