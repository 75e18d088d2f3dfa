// SPDX-License-Identifier: Apache-2.0
#include "video/picture.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/queue.h"
#include "base/testing/allocations.h"
#include "video/errc.h"

namespace sdr::video {
namespace {

TEST(Picture, RefusesOddAndExtremeSizes) {
  Picture picture;
  for (const auto& [width, height] : {std::pair{641, 360}, {640, 361}, {0, 0}, {-2, 64}, {62, 64}, {64, 4098}}) {
    EXPECT_EQ(picture.resize(width, height, PictureFormat::kNv12Bt709).error().code(), Errc::kBadSettings);
  }
}

TEST(Picture, KeepsItsBufferWhenItShrinks) {
  Picture picture;
  ASSERT_TRUE(picture.resize(640, 360, PictureFormat::kI420Bt709).ok());
  const uint8_t* const data = picture.plane(0).data;
  ASSERT_TRUE(picture.resize(320, 180, PictureFormat::kNv12Bt709).ok());
  EXPECT_EQ(picture.plane(0).data, data);
  EXPECT_EQ(picture.plane(2).data, nullptr);
  ASSERT_TRUE(picture.resize(640, 360, PictureFormat::kI420Jfif).ok());
  EXPECT_EQ(picture.plane(0).data, data);
}

TEST(Picture, PassesThroughALatestSlotInBuffersThatAreReused) {
  LatestSlot<Picture> slot;
  slot.prepare([](Picture& picture) { ASSERT_TRUE(picture.resize(640, 360, PictureFormat::kNv12Bt709).ok()); });
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (uint64_t i = 1; i <= 30; ++i) {
    ASSERT_TRUE(slot.back().resize(640, 360, PictureFormat::kNv12Bt709).ok());
    slot.back().frame_id = i;
    EXPECT_FALSE(slot.publish());
    ASSERT_TRUE(slot.take());
    EXPECT_EQ(slot.front().frame_id, i);
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr::video
