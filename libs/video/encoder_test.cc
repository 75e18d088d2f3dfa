// SPDX-License-Identifier: Apache-2.0
#include "video/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/testing/allocations.h"
#include "video/convert.h"
#include "video/errc.h"
#include "video/nal.h"
#include "video/sps.h"
#include "video/test_decoder.h"

namespace sdr::video {
namespace {

constexpr EncoderSettings kSmall{320, 192, 60, 1'500'000};

// A red disc that moves over a striped ground: edges, motion, a colour to recognise.
void paint(int index, PictureFormat format, const EncoderSettings& settings, Picture& out) {
  const auto width = static_cast<size_t>(settings.width), height = static_cast<size_t>(settings.height);
  std::vector<uint8_t> pixels(width * height * 3);
  uint8_t* pixel = pixels.data();
  for (int y = 0; y < settings.height; ++y) {
    for (int x = 0; x < settings.width; ++x, pixel += 3) {
      const int dx = x - 60 - index % 120, dy = y - settings.height / 2;
      const bool disc = dx * dx + dy * dy < 30 * 30, stripe = y / 16 % 2 == 0;
      const int red = disc ? 220 : stripe ? 40 : 60;
      const int green = disc ? 30 : stripe ? 90 : 110;
      const int blue = disc ? 20 : stripe ? 140 : x / 4;
      pixel[0] = static_cast<uint8_t>(red);
      pixel[1] = static_cast<uint8_t>(green);
      pixel[2] = static_cast<uint8_t>(blue);
    }
  }
  const PixelView view{pixels.data(), settings.width, settings.height, width * 3, PixelOrder::kRgb, RowOrder::kTopDown};
  ASSERT_TRUE(convert(view, format, out).ok());
}

double luma_psnr(const Picture& picture, const DecodedPicture& decoded) {
  double squares = 0;
  for (int y = 0; y < decoded.height; ++y) {
    for (int x = 0; x < decoded.width; ++x) {
      const double difference =
          double(
              picture.plane(0).data[static_cast<size_t>(y) * picture.plane(0).stride_bytes + static_cast<size_t>(x)]) -
          decoded.y[static_cast<size_t>(y * decoded.width + x)];
      squares += difference * difference;
    }
  }
  return 10 * std::log10(255.0 * 255.0 * decoded.width * decoded.height / std::max(squares, 1.0));
}

class SoftwareEncoder : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto opened = open_encoder(GetParam(), kSmall);
    if (!opened) GTEST_SKIP() << opened.error().message();
    encoder_ = std::move(opened).value();
  }
  bool intra_only() const { return encoder_->codec() == Codec::kJpeg; }
  Result<EncodedPicture> encode_next(bool keyframe = false) {
    paint(index_++, encoder_->format(), encoder_->settings(), picture_);
    return encoder_->encode(picture_, keyframe);
  }

  std::unique_ptr<Encoder> encoder_;
  Picture picture_;
  int index_ = 0;
};

TEST_P(SoftwareEncoder, GivesOnePictureForEachAtOnceAndSoDoesADecoder) {
  TestDecoder decoder(encoder_->codec());
  double worst = 1000;
  for (int i = 0; i < 90; ++i) {
    const auto encoded = encode_next();
    ASSERT_TRUE(encoded.ok()) << encoded.error().message();
    const auto decoded = decoder.decode(encoded->bytes);
    ASSERT_EQ(decoded.size(), 1u) << "picture " << i;
    ASSERT_EQ(decoded[0].width, kSmall.width);
    ASSERT_EQ(decoded[0].height, kSmall.height);
    if (i >= 10) worst = std::min(worst, luma_psnr(picture_, decoded[0]));
  }
  EXPECT_GT(worst, 32.0);
}

TEST_P(SoftwareEncoder, KeepsColoursAndSaysWhichTheyAre) {
  TestDecoder decoder(encoder_->codec());
  DecodedPicture last;
  for (int i = 0; i < 20; ++i) {
    const auto encoded = encode_next();
    ASSERT_TRUE(encoded.ok());
    last = decoder.decode(encoded->bytes).at(0);
  }
  const int x = 60 + 19, y = kSmall.height / 2;
  const auto chroma = static_cast<size_t>(y / 2 * (kSmall.width / 2) + x / 2);
  if (intra_only()) {  // BT.601 full range of (220, 30, 20)
    EXPECT_NEAR(last.y[static_cast<size_t>(y * kSmall.width + x)], 86, 4);
    EXPECT_NEAR(last.v[chroma], 224, 6);
    return;
  }
  // BT.709 limited range.
  EXPECT_NEAR(last.y[static_cast<size_t>(y * kSmall.width + x)], 76, 4);
  EXPECT_NEAR(last.u[chroma], 105, 6);
  EXPECT_NEAR(last.v[chroma], 217, 6);
  EXPECT_EQ(last.colour_range, AVCOL_RANGE_MPEG);
  EXPECT_EQ(last.matrix, AVCOL_SPC_BT709);
  EXPECT_EQ(last.primaries, AVCOL_PRI_BT709);
  EXPECT_EQ(last.transfer, AVCOL_TRC_BT709);
}

TEST_P(SoftwareEncoder, MakesKeyframesWhereAskedAndNowhereElse) {
  for (int i = 0; i < 60; ++i) {
    const bool wanted = i == 0 || i == 17 || i == 18 || i == 40;
    const auto encoded = encode_next(wanted && i > 0);  // the first is one unasked
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(encoded->keyframe, wanted || intra_only()) << "picture " << i;
    EXPECT_EQ(inspect(encoder_->codec(), encoded->bytes).keyframe(), encoded->keyframe);
  }
}

TEST_P(SoftwareEncoder, StartsEachKeyframeWithSetsThatForbidReordering) {
  if (intra_only()) GTEST_SKIP() << "JPEG has no parameter sets";
  const Codec codec = encoder_->codec();
  const uint8_t sps_type = codec == Codec::kH264 ? uint8_t{h264::kSps} : uint8_t{hevc::kSps};
  for (int i = 0; i < 3; ++i) {
    const auto encoded = encode_next(true);
    ASSERT_TRUE(encoded.ok());
    AnnexBReader reader(encoded->bytes);
    int found = 0;
    while (const auto nal = reader.next()) {
      if (nal_type(codec, nal->bytes) != sps_type) continue;
      const auto sps = parse_sps(codec, nal->bytes);
      ASSERT_TRUE(sps.ok());
      EXPECT_EQ(sps->max_num_reorder, 0u);
      EXPECT_EQ(sps->codec_string, encoder_->codec_string());
      ++found;
    }
    EXPECT_EQ(found, 1);
  }
}

TEST_P(SoftwareEncoder, AnyKeyframeIsAPlaceToStart) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(encode_next().ok());
  TestDecoder late(encoder_->codec());
  for (int i = 0; i < 10; ++i) {
    const auto encoded = encode_next(i == 0);
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(late.decode(encoded->bytes).size(), 1u);
  }
}

TEST_P(SoftwareEncoder, ChangesBitrateWhileRunning) {
  const auto bytes_of_second = [&] {
    size_t bytes = 0;
    for (int i = 0; i < 60; ++i) {
      const auto encoded = encode_next();
      EXPECT_TRUE(encoded.ok());
      bytes += encoded->bytes.size();
    }
    return bytes;
  };
  EncoderSettings lower = kSmall;
  lower.bitrate_bps = 150'000;
  const size_t before = bytes_of_second();
  ASSERT_TRUE(encoder_->reconfigure(lower).ok());
  EXPECT_EQ(encoder_->settings(), lower);
  bytes_of_second();
  // JPEG has a worst quality, and below its size it does not go.
  EXPECT_LT(bytes_of_second(), intra_only() ? before : before * 2 / 3);
}

TEST_P(SoftwareEncoder, ChangesSizeAndRateWhileRunning) {
  ASSERT_TRUE(encode_next().ok());
  ASSERT_TRUE(encode_next().ok());
  const EncoderSettings larger{640, 360, 30, 2'000'000};
  ASSERT_TRUE(encoder_->reconfigure(larger).ok());
  // A picture of the old size may still be on its way.
  const auto stale = encoder_->encode(picture_, false);
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().code(), Errc::kWrongPicture);
  const auto encoded = encode_next();
  ASSERT_TRUE(encoded.ok()) << encoded.error().message();
  EXPECT_TRUE(encoded->keyframe);
  TestDecoder decoder(encoder_->codec());
  const auto decoded = decoder.decode(encoded->bytes);
  ASSERT_EQ(decoded.size(), 1u);
  EXPECT_EQ(decoded[0].width, 640);
}

TEST_P(SoftwareEncoder, RefusesBadSettingsAndGoesOnWithTheOld) {
  ASSERT_TRUE(encode_next().ok());
  for (const EncoderSettings& bad : {EncoderSettings{641, 360, 60, 0},
                                     {640, 360, 0, 0},
                                     {640, 360, 60, 5},
                                     {640, 360, 241, 0},
                                     {8192, 360, 60, 0},
                                     {640, 360, 60, int64_t{1} << 40}}) {
    const Status changed = encoder_->reconfigure(bad);
    ASSERT_FALSE(changed.ok());
    EXPECT_EQ(changed.error().code(), Errc::kBadSettings);
  }
  EXPECT_EQ(encoder_->settings(), kSmall);
  EXPECT_TRUE(encode_next().ok());
}

TEST_P(SoftwareEncoder, AllocatesNothingOfOursInSteadyState) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(encode_next().ok());
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(encoder_->encode(picture_, false).ok());
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

INSTANTIATE_TEST_SUITE_P(Each, SoftwareEncoder, ::testing::Values("libx264", "libx265", "jpeg"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(X264, KeepsToOneFrameOfBuffer) {
  auto encoder = open_encoder("libx264", kSmall);
  ASSERT_TRUE(encoder.ok()) << encoder.error().message();
  Picture picture;
  const auto frame_bytes = static_cast<size_t>(kSmall.bitrate_bps / 8 / kSmall.fps);
  for (int i = 0; i < 120; ++i) {
    paint(i, (*encoder)->format(), kSmall, picture);
    const auto encoded = (*encoder)->encode(picture, i % 40 == 0);
    ASSERT_TRUE(encoded.ok());
    EXPECT_LE(encoded->bytes.size(), frame_bytes * 5 / 4) << "picture " << i;
  }
}

TEST(X264, GoesOnWithoutAKeyframeWhenOnlyTheBitrateChanges) {
  auto encoder = open_encoder("libx264", kSmall);
  ASSERT_TRUE(encoder.ok()) << encoder.error().message();
  Picture picture;
  EncoderSettings settings = kSmall;
  TestDecoder decoder(Codec::kH264);
  for (int i = 0; i < 40; ++i) {
    settings.bitrate_bps = 500'000 + 50'000 * (i % 7);
    ASSERT_TRUE((*encoder)->reconfigure(settings).ok());
    paint(i, (*encoder)->format(), settings, picture);
    const auto encoded = (*encoder)->encode(picture, false);
    ASSERT_TRUE(encoded.ok());
    EXPECT_EQ(encoded->keyframe, i == 0);
    EXPECT_EQ(decoder.decode(encoded->bytes).size(), 1u);
  }
}

TEST(EncoderSettings, GetABitrateThatFitsTheSize) {
  EXPECT_EQ(default_bitrate_bps(1280, 720, 60), 8'000'000);
  EXPECT_EQ(default_bitrate_bps(1920, 1080, 60), 8'000'000);
  EXPECT_NEAR(static_cast<double>(default_bitrate_bps(640, 360, 60)), 2.83e6, 1e4);
  EXPECT_NEAR(static_cast<double>(default_bitrate_bps(640, 360, 30)), 1.41e6, 1e4);
  EXPECT_EQ(checked({640, 360, 60, 0})->bitrate_bps, default_bitrate_bps(640, 360, 60));
}

TEST(OpenEncoder, RefusesNamesThatItDoesNotKnow) {
  EXPECT_EQ(open_encoder("libvpx", {}).error().code(), Errc::kUnknownEncoder);
  EXPECT_EQ(open_encoder("libx264", {0, 0, 60, 0}).error().code(), Errc::kBadSettings);
}

}  // namespace
}  // namespace sdr::video
