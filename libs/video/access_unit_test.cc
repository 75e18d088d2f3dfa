// SPDX-License-Identifier: Apache-2.0
#include "video/access_unit.h"

#include <gtest/gtest.h>

#include "video/errc.h"
#include "video/nal.h"

namespace sdr::video {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kSps{0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x50};  // has no VUI
const Bytes kSpsOut{0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x60, 0x1e, 0x11, 0x08, 0xc9};
const Bytes kPps{0x68, 0xcb, 0x8c, 0xb2};
const Bytes kIdr{0x65, 0x88, 0x84}, kSlice{0x41, 0x9a, 0x02};
const Bytes kDelimiter{0x09, 0xF0}, kUserData{0x06, 0x05, 0x10, 0xAA}, kRecoveryPoint{0x06, 0x06, 0x01, 0xC4, 0x80};

Bytes stream(std::initializer_list<Bytes> units) {
  Bytes out;
  for (const Bytes& unit : units) {
    out.insert(out.end(), {0, 0, 0, 1});
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return out;
}

Bytes bytes_of(const Result<AccessUnitNormalizer::Output>& output) {
  return {output->bytes.begin(), output->bytes.end()};
}

TEST(AccessUnitNormalizer, RewritesTheSpsOfAKeyframe) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  const Bytes in = stream({kSps, kPps, kIdr});
  const auto out = normalizer.normalize(in);
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->keyframe);
  EXPECT_EQ(bytes_of(out), stream({kSpsOut, kPps, kIdr}));
  EXPECT_EQ(normalizer.codec_string(), "avc1.42C01F");
}

TEST(AccessUnitNormalizer, PassesOnWithoutACopyWhatNeedsNoChange) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  const Bytes keyframe = stream({kSpsOut, kPps, kRecoveryPoint, kIdr, kIdr}), other = stream({kSlice});
  const auto first = normalizer.normalize(keyframe);
  EXPECT_TRUE(first->keyframe);
  EXPECT_EQ(first->bytes.data(), keyframe.data());
  const auto second = normalizer.normalize(other);
  EXPECT_FALSE(second->keyframe);
  EXPECT_EQ(second->bytes.data(), other.data());
}

TEST(AccessUnitNormalizer, PutsInParameterSetsThatALaterKeyframeLacks) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  ASSERT_TRUE(normalizer.normalize(stream({kSps, kPps, kIdr})).ok());
  const Bytes in = stream({kDelimiter, kIdr});
  const auto out = normalizer.normalize(in);
  EXPECT_TRUE(out->keyframe);
  EXPECT_EQ(bytes_of(out), stream({kDelimiter, kSpsOut, kPps, kIdr}));
  EXPECT_TRUE(inspect(Codec::kH264, out->bytes).keyframe());
}

TEST(AccessUnitNormalizer, TakesParameterSetsFromExtraData) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  ASSERT_TRUE(normalizer.set_parameter_sets(stream({kUserData, kSps, kPps})).ok());
  const Bytes in = stream({kIdr});
  const auto out = normalizer.normalize(in);
  EXPECT_TRUE(out->keyframe);
  EXPECT_EQ(bytes_of(out), stream({kSpsOut, kPps, kIdr}));
}

TEST(AccessUnitNormalizer, DoesNotCallAnIdrWithoutParameterSetsAKeyframe) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  const Bytes in = stream({kIdr});
  const auto out = normalizer.normalize(in);
  ASSERT_TRUE(out.ok());
  EXPECT_FALSE(out->keyframe);
}

TEST(AccessUnitNormalizer, LeavesOutTheEncodersUserData) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  const Bytes in = stream({kSpsOut, kPps, kUserData, kIdr});
  EXPECT_EQ(bytes_of(normalizer.normalize(in)), stream({kSpsOut, kPps, kIdr}));
}

TEST(AccessUnitNormalizer, FollowsChangedParameterSets) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  ASSERT_TRUE(normalizer.normalize(stream({kSps, kPps, kIdr})).ok());
  const Bytes other_pps{0x68, 0xfb, 0xac, 0xb2};
  ASSERT_TRUE(normalizer.normalize(stream({kSps, other_pps, kIdr})).ok());
  const Bytes in = stream({kIdr});
  EXPECT_EQ(bytes_of(normalizer.normalize(in)), stream({kSpsOut, other_pps, kIdr}));
}

TEST(AccessUnitNormalizer, ReportsWhatDoesNotParse) {
  AccessUnitNormalizer normalizer(Codec::kH264);
  EXPECT_EQ(normalizer.normalize({}).error().code(), Errc::kBadBitstream);
  EXPECT_EQ(normalizer.normalize(stream({kSps, kPps})).error().code(), Errc::kBadBitstream);
  EXPECT_EQ(normalizer.normalize(stream({{0x67, 0x42}, kPps, kIdr})).error().code(), Errc::kBadBitstream);
  AccessUnitNormalizer jpeg(Codec::kJpeg);
  EXPECT_EQ(jpeg.normalize(stream({kIdr})).error().code(), Errc::kBadBitstream);
}

}  // namespace
}  // namespace sdr::video
