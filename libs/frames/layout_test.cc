// SPDX-License-Identifier: Apache-2.0
#include "frames/layout.h"

#include <gtest/gtest.h>

#include "frames/errc.h"
#include "frames/ring_path.h"

namespace sdr::frames {
namespace {

constexpr uint64_t kData = data_bytes(8192);  // 4080

TEST(Layout, DataRegionIsTheFileWithoutFirstWordsAndTrailer) {
  EXPECT_EQ(kData, 8192u - 4112u);
  EXPECT_EQ(kData % 8, 0u);
}

TEST(Layout, AcceptsOnlyWholePagesAsRings) {
  EXPECT_TRUE(is_ring_size(8192));
  EXPECT_FALSE(is_ring_size(4096));
  EXPECT_FALSE(is_ring_size(8193));
  EXPECT_FALSE(is_ring_size(0));
  EXPECT_FALSE(is_ring_size(kMaxRingBytes + 4096));
}

TEST(Layout, FrameThatReachesTheEndExactlyStays) {
  EXPECT_EQ(place_frame(kData - 64, 64, kData), kData - 64);
  EXPECT_EQ(place_frame(kData - 64, 65, kData), kData);
}

TEST(Layout, FrameAsLargeAsTheRegionFitsALapsStart) {
  EXPECT_EQ(place_frame(kData, kData, kData), kData);
  EXPECT_TRUE(fits(kData, kData - 32, kData));
  EXPECT_FALSE(fits(kData, kData - 31, kData));
}

TEST(Layout, FrameIsWholeUntilTheReservationPassesItByALap) {
  EXPECT_TRUE(is_whole(8, 8 + kData, kData));
  EXPECT_FALSE(is_whole(8, 9 + kData, kData));
  EXPECT_FALSE(is_whole(8, 0, kData));
}

TEST(Layout, NoiseDoesNotFit) {
  EXPECT_FALSE(fits(4, 0, kData));
  EXPECT_FALSE(fits(kMaxPosition, 0, kData));
  EXPECT_FALSE(fits(kData - 24, 0, kData));
  EXPECT_FALSE(fits(0, ~uint64_t{0}, kData));
}

TEST(RingPath, NamesCamerasAndLayers) {
  EXPECT_EQ(*ring_path("/r/frames", ""), "/r/frames");
  EXPECT_EQ(*ring_path("/r/frames", "front"), "/r/frames.front");
  EXPECT_EQ(*ring_path("/r/frames", "", Layer::kLow), "/r/frames.low");
  EXPECT_EQ(*ring_path("/r/frames", "front", Layer::kLow), "/r/frames.front.low");
}

TEST(RingPath, RefusesNamesThatAreNone) {
  for (const char* name : {"low", "../x", "a/b", "A", "a.b", "0123456789012345678901234567890123"}) {
    const auto path = ring_path("/r/frames", name);
    ASSERT_FALSE(path.ok()) << name;
    EXPECT_EQ(path.error().code(), FramesErrc::kBadName);
  }
}

}  // namespace
}  // namespace sdr::frames
