// SPDX-License-Identifier: Apache-2.0
#include "video/halve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/testing/allocations.h"
#include "video/errc.h"

namespace sdr::video {
namespace {

constexpr PictureFormat kFormats[] = {PictureFormat::kNv12Bt709, PictureFormat::kI420Bt709, PictureFormat::kI420Jfif};

int planes_of(PictureFormat format) { return format == PictureFormat::kNv12Bt709 ? 2 : 3; }

/// Bytes and rows of a plane.
std::pair<size_t, size_t> extent(const Picture& picture, int plane) {
  const auto width = static_cast<size_t>(picture.width()), height = static_cast<size_t>(picture.height());
  if (plane == 0) return {width, height};
  return {picture.format() == PictureFormat::kNv12Bt709 ? width : width / 2, height / 2};
}

uint8_t& at(const Picture& picture, int plane, size_t column, size_t row) {
  return picture.plane(plane).data[row * picture.plane(plane).stride_bytes + column];
}

void fill_at_random(int width, int height, PictureFormat format, Picture& picture) {
  ASSERT_TRUE(picture.resize(width, height, format).ok());
  std::mt19937 random(7);
  for (int plane = 0; plane < planes_of(format); ++plane) {
    const auto [columns, rows] = extent(picture, plane);
    for (size_t row = 0; row < rows; ++row) {
      for (size_t column = 0; column < columns; ++column) {
        at(picture, plane, column, row) = static_cast<uint8_t>(random());
      }
    }
  }
}

/// The mean of the four samples of a kind, counted out one by one.
int mean(const Picture& in, int plane, size_t column, size_t row) {
  const bool pairs = plane > 0 && in.format() == PictureFormat::kNv12Bt709;
  const size_t first = pairs ? 2 * (column - column % 2) + column % 2 : 2 * column, like = pairs ? 2 : 1;
  return (at(in, plane, first, 2 * row) + at(in, plane, first + like, 2 * row) + at(in, plane, first, 2 * row + 1) +
          at(in, plane, first + like, 2 * row + 1) + 2) /
         4;
}

void expect_means(const Picture& in, const Picture& out) {
  for (int plane = 0; plane < planes_of(in.format()); ++plane) {
    const auto [columns, rows] = extent(out, plane);
    for (size_t row = 0; row < rows; ++row) {
      for (size_t column = 0; column < columns; ++column) {
        ASSERT_EQ(at(out, plane, column, row), mean(in, plane, column, row)) << plane << ": " << column << ", " << row;
      }
    }
  }
}

TEST(Halve, GivesTheMeanOfFourSamplesOfAKind) {
  for (const PictureFormat format : kFormats) {
    for (const auto& [width, height] : {std::pair{640, 360}, std::pair{134, 130}, std::pair{410, 230}}) {
      Picture in, out, portable;
      fill_at_random(width, height, format, in);
      ASSERT_TRUE(halve(in, out).ok());
      ASSERT_TRUE(halve_portable(in, portable).ok());
      expect_means(in, out);
      expect_means(in, portable);
    }
  }
}

TEST(Halve, RoundsSidesDownToEvenOnes) {
  Picture in, out;
  fill_at_random(410, 230, PictureFormat::kNv12Bt709, in);
  ASSERT_TRUE(halve(in, out).ok());
  EXPECT_EQ(out.width(), 204);
  EXPECT_EQ(out.height(), 114);
  EXPECT_EQ(out.format(), in.format());
}

TEST(Halve, TakesNumberAndCaptureTimeAlong) {
  Picture in, out;
  fill_at_random(128, 128, PictureFormat::kNv12Bt709, in);
  in.frame_id = 41;
  in.capture_realtime_us = 1'700'000'000'000'000;
  ASSERT_TRUE(halve(in, out).ok());
  EXPECT_EQ(out.frame_id, in.frame_id);
  EXPECT_EQ(out.capture_realtime_us, in.capture_realtime_us);
}

TEST(Halve, RefusesWhatWouldBeTooSmallForAnEncoder) {
  Picture in, out;
  fill_at_random(320, 126, PictureFormat::kNv12Bt709, in);
  EXPECT_FALSE(can_halve(320, 126));
  EXPECT_EQ(halve(in, out).error().code(), Errc::kBadSettings);
  EXPECT_EQ(out.width(), 0);
}

TEST(Halve, AllocatesNothingForPicturesOfOneSize) {
  Picture in, out;
  fill_at_random(640, 360, PictureFormat::kNv12Bt709, in);
  ASSERT_TRUE(halve(in, out).ok());
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(halve(in, out).ok());
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr::video
