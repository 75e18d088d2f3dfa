// SPDX-License-Identifier: Apache-2.0
#include "video/sps.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "video/nal.h"

// Golden vectors: parameter sets as x264 and x265 write them, and the same after the rewriting, made by an independent
// implementation.

namespace sdr::video {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

struct Golden {
  std::string_view what, before, after;
};

constexpr std::string_view kBaseline = "6742c01fd900a02ff961000003000100000300780f183248";
constexpr std::string_view kHigh1080 = "6764002aacd940780227e59a808080a0000003002000000f01e30632c0";
constexpr std::string_view kHevcFlat =
    "42010101600000030090000003000003005aa0050201696592a4932b9a020000030002000003007810";

constexpr Golden kH264[] = {
    {"says it already", kBaseline, kBaseline},
    {"two reordered, cropped", kHigh1080, "6764002aacd940780227e59a808080a0000003002000000f01e3064b"},
    {"two reordered, interlaced, HRD", "674d4028eca02805df961000000300100000078626000f424001e84a4d380f8b16cb",
     "674d4028eca02805df961000000300100000078626000f424001e84a4d380f8b172c"},
    {"no VUI", "6742c01fd900a02ff950", "6742c01fd900a02ff9601e1108c9"},
    {"no VUI, cropped", "6764002aacd940780227e540", "6764002aacd940780227e5807844232c"},
    {"VUI that does not say", "6742c01fd900a02ff9610000030001000003007804",
     "6742c01fd900a02ff961000003000100000300780f08846480"},
    {"VUI with HRD that does not say", "674d4028eca02805df961000000300100000078626000f424001e84a4d380a",
     "674d4028eca02805df961000000300100000078626000f424001e84a4d380f844232c0"},
};

constexpr Golden kHevc[] = {
    {"says it already", kHevcFlat, kHevcFlat},
    {"VPS that says it already", "40010c01ffff01600000030090000003000003005a928090",
     "40010c01ffff01600000030090000003000003005a928090"},
    {"VPS", "40010c01ffff01600000030090000003000003005a959409", "40010c01ffff01600000030090000003000003005a965024"},
    {"SPS", "42010101600000030090000003000003005aa0050201696595964932b9a020000003002000000781",
     "42010101600000030090000003000003005aa00502016965965924cae68080000003008000001e04"},
    {"VPS of two sub-layers", "40010c02ffff01600000030090000003000003007800009594aca048",
     "40010c02ffff01600000030090000003000003007800009652ca0480"},
    {"SPS of two sub-layers",
     "4201020160000003009000000300000300780000a00280802d1659594acb24995cd010000003001000000303c080",
     "4201020160000003009000000300000300780000a00280802d1659652cb24995cd010000030001000003003c08"},
};

void expect_rewritten(Codec codec, const Golden& golden) {
  Bytes out{0x55};  // what stands in `out` already stays
  const auto changed = append_without_reordering(codec, from_hex(golden.before), out);
  ASSERT_TRUE(changed.ok()) << golden.what << ": " << changed.error().message();
  EXPECT_EQ(*changed, golden.before != golden.after) << golden.what;
  Bytes expected = from_hex(golden.after);
  expected.insert(expected.begin(), 0x55);
  EXPECT_EQ(out, expected) << golden.what;
}

TEST(Sps, PromisesNoReorderingAfterRewriting) {
  for (const Golden& golden : kH264) {
    expect_rewritten(Codec::kH264, golden);
    EXPECT_EQ(parse_sps(Codec::kH264, from_hex(golden.after))->max_num_reorder, 0u) << golden.what;
  }
  for (const Golden& golden : kHevc) expect_rewritten(Codec::kHevc, golden);
}

TEST(Sps, IsNotRewrittenTwice) {
  for (const Golden& golden : kH264) expect_rewritten(Codec::kH264, {golden.what, golden.after, golden.after});
  for (const Golden& golden : kHevc) expect_rewritten(Codec::kHevc, {golden.what, golden.after, golden.after});
}

TEST(Sps, TellsSizeProfileAndReorderingOfH264) {
  const auto baseline = parse_sps(Codec::kH264, from_hex(kBaseline));
  ASSERT_TRUE(baseline.ok());
  EXPECT_EQ(baseline->codec_string, "avc1.42C01F");
  EXPECT_EQ(baseline->width, 640);
  EXPECT_EQ(baseline->height, 360);
  EXPECT_EQ(baseline->max_num_reorder, 0u);
  EXPECT_EQ(baseline->matrix_coefficients, 2);

  const auto high = parse_sps(Codec::kH264, from_hex(kHigh1080));
  ASSERT_TRUE(high.ok());
  EXPECT_EQ(high->codec_string, "avc1.64002A");
  EXPECT_EQ(high->width, 1920);
  EXPECT_EQ(high->height, 1080);
  EXPECT_EQ(high->max_num_reorder, 2u);
  EXPECT_EQ(high->colour_primaries, 1);
  EXPECT_EQ(high->transfer_characteristics, 1);
  EXPECT_EQ(high->matrix_coefficients, 1);
  EXPECT_FALSE(high->full_range);

  const auto interlaced = parse_sps(Codec::kH264, from_hex(kH264[2].before));
  ASSERT_TRUE(interlaced.ok());
  EXPECT_EQ(interlaced->width, 1280);
  EXPECT_EQ(interlaced->height, 720);
  EXPECT_FALSE(parse_sps(Codec::kH264, from_hex(kH264[3].before))->max_num_reorder);
}

TEST(Sps, TellsSizeProfileAndReorderingOfHevc) {
  const auto flat = parse_sps(Codec::kHevc, from_hex(kHevcFlat));
  ASSERT_TRUE(flat.ok());
  EXPECT_EQ(flat->codec_string, "hvc1.1.6.L90.90");
  EXPECT_EQ(flat->width, 640);
  EXPECT_EQ(flat->height, 360);
  EXPECT_EQ(flat->max_num_reorder, 0u);

  const auto layered = parse_sps(Codec::kHevc, from_hex(kHevc[5].before));
  ASSERT_TRUE(layered.ok());
  EXPECT_EQ(layered->codec_string, "hvc1.1.6.L120.90");
  EXPECT_EQ(layered->width, 1280);
  EXPECT_EQ(layered->height, 720);
  EXPECT_EQ(layered->max_num_reorder, 2u);
}

TEST(Sps, RefusesEveryTruncation) {
  for (const auto& [codec, hex] : {std::pair{Codec::kH264, kHigh1080}, std::pair{Codec::kH264, kBaseline}}) {
    const Bytes whole = from_hex(hex);
    Bytes out;
    // The last byte may hold nothing but the end.
    for (size_t size = 0; size + 2 < whole.size(); ++size) {
      EXPECT_FALSE(parse_sps(codec, std::span(whole).first(size)).ok()) << size;
      EXPECT_FALSE(append_without_reordering(codec, std::span(whole).first(size), out).ok()) << size;
      EXPECT_TRUE(out.empty());
    }
  }
  const Bytes hevc_sps = from_hex(kHevcFlat);
  for (size_t size = 0; size < 20; ++size) EXPECT_FALSE(parse_sps(Codec::kHevc, std::span(hevc_sps).first(size)).ok());
}

TEST(Sps, RefusesOtherUnitsAndAbsurdSizes) {
  EXPECT_FALSE(parse_sps(Codec::kH264, from_hex("68cb8cb2")).ok());
  EXPECT_FALSE(parse_sps(Codec::kHevc, from_hex("4401c172b46240")).ok());
  EXPECT_FALSE(parse_sps(Codec::kJpeg, from_hex(kBaseline)).ok());
  EXPECT_FALSE(parse_sps(Codec::kH264, Bytes(100'000, 0x67)).ok());
}

}  // namespace
}  // namespace sdr::video
