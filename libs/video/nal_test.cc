// SPDX-License-Identifier: Apache-2.0
#include "video/nal.h"

#include <gtest/gtest.h>

#include <vector>

namespace sdr::video {
namespace {

using Bytes = std::vector<uint8_t>;

std::vector<Bytes> split(const Bytes& stream) {
  std::vector<Bytes> units;
  AnnexBReader reader(stream);
  while (const auto nal = reader.next()) units.emplace_back(nal->bytes.begin(), nal->bytes.end());
  return units;
}

// Start code and NAL header of each type, with a byte of payload.
Bytes stream_of(Codec codec, std::initializer_list<uint8_t> types) {
  Bytes stream;
  for (const uint8_t type : types) {
    stream.insert(stream.end(), {0, 0, 0, 1});
    if (codec == Codec::kH264) {
      stream.push_back(static_cast<uint8_t>(0x60 | type));
    } else {
      stream.insert(stream.end(), {static_cast<uint8_t>(type << 1), 1});
    }
    stream.push_back(0xAB);
  }
  return stream;
}

TEST(AnnexBReader, SplitsAtStartCodesOfThreeAndFourBytes) {
  const Bytes stream{0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65};
  EXPECT_EQ(split(stream), (std::vector<Bytes>{{0x67, 1, 2}, {0x68, 3}, {0x65}}));
}

TEST(AnnexBReader, SaysWhereEachStartCodeBegins) {
  const Bytes stream{0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68};
  AnnexBReader reader(stream);
  EXPECT_EQ(reader.next()->offset, 0u);
  EXPECT_EQ(reader.next()->offset, 7u);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
}

TEST(AnnexBReader, DropsTrailingZerosAndSkipsEmptyUnits) {
  const Bytes stream{0, 0, 1, 0x67, 5, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0x68, 0, 0};
  EXPECT_EQ(split(stream), (std::vector<Bytes>{{0x67, 5}, {0x68}}));
}

TEST(AnnexBReader, FindsNothingWhereThereIsNoStartCode) {
  EXPECT_TRUE(split({}).empty());
  EXPECT_TRUE(split({0}).empty());
  EXPECT_TRUE(split({0, 0, 1}).empty());
  EXPECT_TRUE(split({0, 0, 3, 1, 0, 2, 1}).empty());
  EXPECT_EQ(split({9, 9, 0, 0, 1, 7}), (std::vector<Bytes>{{7}}));
}

TEST(AnnexBReader, IsNotFooledByEmulationPrevention) {
  const Bytes stream{0, 0, 1, 0x65, 0, 0, 3, 1, 0, 0, 3, 0, 7};
  EXPECT_EQ(split(stream), (std::vector<Bytes>{{0x65, 0, 0, 3, 1, 0, 0, 3, 0, 7}}));
}

TEST(Inspect, CallsAnIdrWithItsParameterSetsAKeyframe) {
  using namespace h264;
  EXPECT_TRUE(inspect(Codec::kH264, stream_of(Codec::kH264, {kAud, kSps, kPps, kSei, kIdr, kIdr})).keyframe());
  EXPECT_EQ(inspect(Codec::kH264, stream_of(Codec::kH264, {kSps, kPps, kIdr, kIdr})).slice_count, 2u);
}

TEST(Inspect, CallsNothingElseAKeyframe) {
  using namespace h264;
  const auto keyframe = [](std::initializer_list<uint8_t> types) {
    return inspect(Codec::kH264, stream_of(Codec::kH264, types)).keyframe();
  };
  EXPECT_FALSE(keyframe({kIdr}));
  EXPECT_FALSE(keyframe({kSps, kIdr}));
  EXPECT_FALSE(keyframe({kPps, kIdr}));
  EXPECT_FALSE(keyframe({kIdr, kSps, kPps}));
  EXPECT_FALSE(keyframe({kSps, kPps, kSei, kSlice}));  // a recovery point is not an IDR
  EXPECT_FALSE(keyframe({kSps, kPps}));
  EXPECT_FALSE(keyframe({}));
}

TEST(Inspect, TakesEachRandomAccessTypeOfHevc) {
  for (uint8_t type = 0; type < hevc::kVps; ++type) {
    const Bytes whole = stream_of(Codec::kHevc, {hevc::kVps, hevc::kSps, hevc::kPps, type});
    const Bytes without_vps = stream_of(Codec::kHevc, {hevc::kSps, hevc::kPps, type});
    EXPECT_EQ(inspect(Codec::kHevc, whole).keyframe(), type >= 16 && type <= 21) << int{type};
    EXPECT_FALSE(inspect(Codec::kHevc, without_vps).keyframe());
  }
}

TEST(Inspect, TakesAWholeJpegForAKeyframe) {
  EXPECT_TRUE(inspect(Codec::kJpeg, Bytes{0xFF, 0xD8, 1, 2, 0xFF, 0xD9}).keyframe());
  EXPECT_FALSE(inspect(Codec::kJpeg, Bytes{0xFF, 0xD8, 1, 2, 0xFF}).keyframe());
  EXPECT_FALSE(inspect(Codec::kJpeg, Bytes{0xFF}).keyframe());
  EXPECT_FALSE(inspect(Codec::kJpeg, {}).keyframe());
}

TEST(CodecNames, LeadThereAndBack) {
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kJpeg})
    EXPECT_EQ(codec_from_name(name_of(codec)), codec);
  EXPECT_FALSE(codec_from_name("av1"));
}

}  // namespace
}  // namespace sdr::video
