// SPDX-License-Identifier: Apache-2.0
#include "video/probe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "video/errc.h"

namespace sdr::video {
namespace {

using Names = std::vector<std::string_view>;

constexpr EncoderSettings kSmall{320, 192, 60, 0};

TEST(EncoderNames, PutHardwareFirstAndJpegLast) {
  const Names h264{"h264_nvenc", "h264_vaapi", "libx264", "jpeg"};
  EXPECT_EQ(encoder_names(""), h264);
  EXPECT_EQ(encoder_names("auto"), h264);
  EXPECT_EQ(encoder_names("h264"), h264);
  EXPECT_EQ(encoder_names("hevc"),
            (Names{"hevc_nvenc", "hevc_vaapi", "libx265", "h264_nvenc", "h264_vaapi", "libx264", "jpeg"}));
  EXPECT_EQ(encoder_names("jpeg"), Names{"jpeg"});
  EXPECT_EQ(encoder_names("libx265"), Names{"libx265"});
  EXPECT_TRUE(encoder_names("vp9").empty());
}

TEST(Probe, TriesEachEncoderAndSaysWhyOneDoesNotWork) {
  const auto results = probe_encoders(kSmall);
  ASSERT_EQ(results.size(), all_encoder_names().size());
  for (const ProbeResult& result : results) {
    EXPECT_EQ(result.works, result.why_not.empty()) << result.name;
    EXPECT_EQ(result.works, result.ms_per_frame > 0.0) << result.name;
    EXPECT_EQ(result.why_not.find('\n'), std::string::npos);
    EXPECT_EQ(result.codec == Codec::kHevc, result.name.starts_with("hevc") || result.name == "libx265");
  }
}

TEST(Probe, AcceptsWhatTheDistributionShips) {
  for (const auto name : {"libx264", "libx265", "jpeg"}) {
    const ProbeResult result = probe_encoder(name, kSmall);
    EXPECT_TRUE(result.works) << result.name << ": " << result.why_not;
    EXPECT_FALSE(result.codec_string.empty());
  }
}

TEST(Probe, SaysThatANameIsUnknown) {
  const ProbeResult result = probe_encoder("libvpx", kSmall);
  EXPECT_FALSE(result.works);
  EXPECT_FALSE(result.why_not.empty());
}

TEST(ChooseEncoder, TakesTheFirstThatWorksAndStartsWithAKeyframe) {
  auto chosen = choose_encoder("h264", kSmall);
  ASSERT_TRUE(chosen.ok()) << chosen.error().message();
  EXPECT_EQ(chosen->encoder->name(), chosen->tried.back().name);
  EXPECT_TRUE(chosen->tried.back().works);
  EXPECT_TRUE(
      std::none_of(chosen->tried.begin(), chosen->tried.end() - 1, [](const auto& tried) { return tried.works; }));
  Picture picture;
  ASSERT_TRUE(picture.resize(kSmall.width, kSmall.height, chosen->encoder->format()).ok());
  const auto encoded = chosen->encoder->encode(picture, false);
  ASSERT_TRUE(encoded.ok());
  EXPECT_TRUE(encoded->keyframe);
}

TEST(ChooseEncoder, RefusesWishesAndSettingsThatMakeNoSense) {
  EXPECT_EQ(choose_encoder("vp9", kSmall).error().code(), Errc::kUnknownEncoder);
  EXPECT_EQ(choose_encoder("", {1, 1, 60, 0}).error().code(), Errc::kBadSettings);
}

}  // namespace
}  // namespace sdr::video
