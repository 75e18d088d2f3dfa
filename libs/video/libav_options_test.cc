// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "video/libav.h"

// Encoders of hardware that the machine lacks cannot be opened, but FFmpeg can be asked whether it understands what
// they would be told.

namespace sdr::video::libav {
namespace {

constexpr EncoderSettings kSettings{640, 360, 60, 3'000'000};

class LibavOptions : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    capture_log();
    kind_ = find_kind(GetParam());
    ASSERT_NE(kind_, nullptr);
    const AVCodec* const codec = avcodec_find_encoder_by_name(GetParam());
    if (codec == nullptr) GTEST_SKIP() << "not part of this build of FFmpeg";
    context_.reset(avcodec_alloc_context3(codec));
    ASSERT_NE(context_, nullptr);
  }

  const Kind* kind_ = nullptr;
  Owned<AVCodecContext> context_;
};

TEST_P(LibavOptions, AreAllKnownToTheEncoder) {
  AVDictionary* options = private_options(*kind_, kSettings).release();
  const int set = av_opt_set_dict2(context_.get(), &options, AV_OPT_SEARCH_CHILDREN);
  const Owned<AVDictionary> remaining(options);
  EXPECT_GE(set, 0) << words_for(set);
  const AVDictionaryEntry* const unknown = av_dict_get(remaining.get(), "", nullptr, AV_DICT_IGNORE_SUFFIX);
  EXPECT_EQ(unknown, nullptr) << unknown->key << "=" << unknown->value;
}

TEST_P(LibavOptions, AskForOneFrameOfBufferAtAConstantRate) {
  set_common_fields(*kind_, kSettings, *context_);
  EXPECT_EQ(context_->bit_rate, kSettings.bitrate_bps);
  EXPECT_EQ(context_->rc_max_rate, kSettings.bitrate_bps);
  EXPECT_EQ(context_->rc_buffer_size, kSettings.bitrate_bps / kSettings.fps);
  EXPECT_EQ(context_->max_b_frames, 0);
  EXPECT_EQ(context_->flags & AV_CODEC_FLAG_GLOBAL_HEADER, 0);  // parameter sets stay in the stream
}

INSTANTIATE_TEST_SUITE_P(Each, LibavOptions,
                         ::testing::Values("h264_nvenc", "h264_vaapi", "libx264", "hevc_nvenc", "hevc_vaapi",
                                           "libx265"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace sdr::video::libav
