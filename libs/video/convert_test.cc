// SPDX-License-Identifier: Apache-2.0
#include "video/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

namespace sdr::video {
namespace {

constexpr PictureFormat kFormats[] = {PictureFormat::kNv12Bt709, PictureFormat::kI420Bt709, PictureFormat::kI420Jfif};
constexpr PixelOrder kOrders[] = {PixelOrder::kRgb, PixelOrder::kBgra, PixelOrder::kRgba};

struct Rgb {
  double r, g, b;
};

// An image in a buffer of exactly its size, so that the address sanitizer sees a read past its end.
struct Image {
  Image(int width_, int height_, PixelOrder order_) : width(width_), height(height_), order(order_) {
    bytes = std::make_unique<uint8_t[]>(size());
  }
  size_t stride() const { return static_cast<size_t>(width * bytes_per_pixel(order)); }
  size_t size() const { return stride() * static_cast<size_t>(height); }
  PixelView view(RowOrder rows) const { return {bytes.get(), width, height, stride(), order, rows}; }
  Rgb at(int x, int y, RowOrder rows) const {
    const int row = rows == RowOrder::kBottomUp ? height - 1 - y : y;
    const uint8_t* p =
        bytes.get() + static_cast<size_t>(row) * stride() + static_cast<size_t>(x * bytes_per_pixel(order));
    if (order == PixelOrder::kBgra) return {double(p[2]), double(p[1]), double(p[0])};
    return {double(p[0]), double(p[1]), double(p[2])};
  }
  void fill_at_random(uint32_t seed) {
    std::mt19937 random(seed);
    for (size_t i = 0; i < size(); ++i) bytes[i] = static_cast<uint8_t>(random());
  }
  void fill(uint8_t r, uint8_t g, uint8_t b) {
    const int step = bytes_per_pixel(order);
    for (size_t i = 0; i < size(); i += static_cast<size_t>(step)) {
      bytes[i] = order == PixelOrder::kBgra ? b : r;
      bytes[i + 1] = g;
      bytes[i + 2] = order == PixelOrder::kBgra ? r : b;
    }
  }

  int width, height;
  PixelOrder order;
  std::unique_ptr<uint8_t[]> bytes;
};

uint8_t luma(const Picture& picture, int x, int y) {
  return picture.plane(0).data[static_cast<size_t>(y) * picture.plane(0).stride_bytes + static_cast<size_t>(x)];
}

std::pair<uint8_t, uint8_t> chroma(const Picture& picture, int x, int y) {
  const bool interleaved = picture.format() == PictureFormat::kNv12Bt709;
  const size_t offset =
      static_cast<size_t>(y) * picture.plane(1).stride_bytes + static_cast<size_t>(interleaved ? 2 * x : x);
  const uint8_t u = picture.plane(1).data[offset];
  return {u, interleaved ? picture.plane(1).data[offset + 1] : picture.plane(2).data[offset]};
}

// The definitions, in floating point: BT.709 limited range, or BT.601 full range.
struct Reference {
  explicit Reference(PictureFormat format) : jfif(format == PictureFormat::kI420Jfif) {}
  double y(Rgb c) const { return (jfif ? 0 : 16) + (kr() * c.r + kg() * c.g + kb() * c.b) * (jfif ? 1 : 219 / 255.0); }
  double luma_of(Rgb c) const { return kr() * c.r + kg() * c.g + kb() * c.b; }
  double u(Rgb c) const { return 128 + (c.b - luma_of(c)) / (2 * (1 - kb())) * (jfif ? 1 : 224 / 255.0); }
  double v(Rgb c) const { return 128 + (c.r - luma_of(c)) / (2 * (1 - kr())) * (jfif ? 1 : 224 / 255.0); }
  double kr() const { return jfif ? 0.299 : 0.2126; }
  double kb() const { return jfif ? 0.114 : 0.0722; }
  double kg() const { return 1 - kr() - kb(); }
  bool jfif;
};

void expect_same(const Picture& a, const Picture& b) {
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) ASSERT_EQ(luma(a, x, y), luma(b, x, y)) << x << "," << y;
  }
  for (int y = 0; y < a.height() / 2; ++y) {
    for (int x = 0; x < a.width() / 2; ++x) ASSERT_EQ(chroma(a, x, y), chroma(b, x, y)) << x << "," << y;
  }
}

// Within rounding and the fixed point's error.
constexpr double kTolerance = 0.6;

void expect_reference(const Image& image, RowOrder rows, const Picture& picture) {
  const Reference reference(picture.format());
  for (int y = 0; y < image.height; y += 2) {
    for (int x = 0; x < image.width; x += 2) {
      Rgb mean{};
      for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
        const Rgb pixel = image.at(x + dx, y + dy, rows);
        ASSERT_NEAR(luma(picture, x + dx, y + dy), reference.y(pixel), kTolerance);
        mean = {mean.r + pixel.r / 4, mean.g + pixel.g / 4, mean.b + pixel.b / 4};
      }
      const auto [u, v] = chroma(picture, x / 2, y / 2);
      ASSERT_NEAR(u, reference.u(mean), kTolerance);
      ASSERT_NEAR(v, reference.v(mean), kTolerance);
    }
  }
}

TEST(Convert, AgreesWithTheDefinitionForEveryOrderAndFormat) {
  for (const PixelOrder order : kOrders) {
    for (const PictureFormat format : kFormats) {
      for (const RowOrder rows : {RowOrder::kTopDown, RowOrder::kBottomUp}) {
        Image image(102, 66, order);
        image.fill_at_random(static_cast<uint32_t>(order) + 1);
        Picture picture;
        ASSERT_TRUE(convert(image.view(rows), format, picture).ok());
        expect_reference(image, rows, picture);
      }
    }
  }
}

TEST(Convert, GivesTheSameBytesWithAndWithoutSimd) {
  for (const PixelOrder order : kOrders) {
    for (const PictureFormat format : kFormats) {
      for (int width = kSmallestSide; width < kSmallestSide + 34; width += 2) {
        Image image(width, kSmallestSide, order);
        image.fill_at_random(static_cast<uint32_t>(width));
        Picture fast, portable;
        ASSERT_TRUE(convert(image.view(RowOrder::kBottomUp), format, fast).ok());
        ASSERT_TRUE(convert_portable(image.view(RowOrder::kBottomUp), format, portable).ok());
        expect_same(fast, portable);
      }
    }
  }
}

TEST(Convert, MapsTheColoursAsBt709Says) {
  struct Case {
    uint8_t r, g, b, y, u, v;
  };
  // ITU-R BT.709, 8 bits, limited range.
  for (const Case& c : {Case{255, 255, 255, 235, 128, 128},
                        {0, 0, 0, 16, 128, 128},
                        {255, 0, 0, 63, 102, 240},
                        {0, 255, 0, 173, 42, 26},
                        {0, 0, 255, 32, 240, 118},
                        {128, 128, 128, 126, 128, 128}}) {
    Image image(64, 64, PixelOrder::kRgb);
    image.fill(c.r, c.g, c.b);
    Picture picture;
    ASSERT_TRUE(convert(image.view(RowOrder::kTopDown), PictureFormat::kNv12Bt709, picture).ok());
    EXPECT_EQ(luma(picture, 63, 63), c.y);
    EXPECT_EQ(chroma(picture, 31, 31), (std::pair{c.u, c.v}));
  }
}

TEST(Convert, KeepsGreyGreyAndClampsPureColoursInJfif) {
  Image image(64, 64, PixelOrder::kBgra);
  Picture picture;
  for (int level = 0; level < 256; ++level) {
    const auto grey = static_cast<uint8_t>(level);
    image.fill(grey, grey, grey);
    ASSERT_TRUE(convert(image.view(RowOrder::kTopDown), PictureFormat::kI420Jfif, picture).ok());
    ASSERT_EQ(luma(picture, 0, 0), grey);
    ASSERT_EQ(chroma(picture, 0, 0), (std::pair<uint8_t, uint8_t>{128, 128}));
  }
  image.fill(0, 0, 255);
  ASSERT_TRUE(convert(image.view(RowOrder::kTopDown), PictureFormat::kI420Jfif, picture).ok());
  EXPECT_EQ(chroma(picture, 0, 0).first, 255);
}

TEST(Convert, PutsTheLastRowInMemoryOnTopWhereRowsGoUp) {
  Image image(64, 64, PixelOrder::kRgb);
  for (size_t i = 62 * image.stride(); i < image.size(); ++i) image.bytes[i] = 255;
  Picture picture;
  ASSERT_TRUE(convert(image.view(RowOrder::kBottomUp), PictureFormat::kNv12Bt709, picture).ok());
  EXPECT_EQ(luma(picture, 0, 0), 235);
  EXPECT_EQ(luma(picture, 0, 2), 16);
  EXPECT_EQ(luma(picture, 0, 63), 16);
}

}  // namespace
}  // namespace sdr::video
