// SPDX-License-Identifier: Apache-2.0
#include "video/picture_slot.h"

#include <gtest/gtest.h>

#include <thread>

namespace sdr::video {
namespace {

TEST(PictureSlot, HandsOverTheNewestOnly) {
  PictureSlot slot;
  EXPECT_FALSE(slot.take());
  slot.back().frame_id = 1;
  EXPECT_FALSE(slot.publish());
  slot.back().frame_id = 2;
  EXPECT_TRUE(slot.publish());
  ASSERT_TRUE(slot.take());
  EXPECT_EQ(slot.front().frame_id, 2u);
  EXPECT_FALSE(slot.take());
}

TEST(PictureSlot, WakesTheReaderAndEndsWhenClosed) {
  PictureSlot slot;
  uint64_t last = 0;
  bool in_order = true;
  std::thread reader([&] {
    while (slot.wait()) {
      in_order = in_order && slot.front().frame_id > last && slot.front().capture_realtime_us == slot.front().frame_id;
      last = slot.front().frame_id;
    }
  });
  constexpr uint64_t kPictures = 20'000;
  for (uint64_t i = 1; i <= kPictures; ++i) {
    slot.back().frame_id = i;
    slot.back().capture_realtime_us = i;
    slot.publish();
  }
  slot.close();
  reader.join();
  EXPECT_TRUE(in_order);
  EXPECT_LE(last, kPictures);
  EXPECT_FALSE(slot.wait());
}

TEST(PictureSlot, ReusesItsBuffers) {
  PictureSlot slot;
  const uint8_t* seen[3] = {};
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(slot.back().resize(640, 360, PictureFormat::kNv12Bt709).ok());
    slot.publish();
    ASSERT_TRUE(slot.take());
    const uint8_t* const data = slot.front().plane(0).data;
    EXPECT_TRUE(i < 3 || data == seen[0] || data == seen[1] || data == seen[2]);
    seen[i % 3] = data;
  }
}

}  // namespace
}  // namespace sdr::video
