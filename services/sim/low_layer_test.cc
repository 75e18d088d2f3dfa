// SPDX-License-Identifier: Apache-2.0
#include "sim/low_layer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <thread>

#include "base/testing/allocations.h"
#include "base/testing/temporary_folder.h"
#include "frames/ring_reader.h"
#include "video/nal.h"
#include "video/sps.h"

namespace sdr::sim {
namespace {

using namespace std::chrono_literals;
using State = LowLayer::State;

/// What the first layer's encoder says of itself; it encodes nothing here.
class FirstEncoder final : public video::Encoder {
 public:
  Result<video::EncodedPicture> encode(const video::Picture&, bool) override { return video::EncodedPicture{}; }
  Status reconfigure(const video::EncoderSettings&) override { return {}; }
  const video::EncoderSettings& settings() const override { return now; }
  video::Codec codec() const override { return video::Codec::kH264; }
  video::PictureFormat format() const override { return video::PictureFormat::kNv12Bt709; }
  std::string_view name() const override { return "libx264"; }
  const std::string& codec_string() const override { return codec_string_; }

  video::EncoderSettings now{.width = 256, .height = 144, .fps = 30, .bitrate_bps = 1'000'000};

 private:
  const std::string codec_string_;
};

class FrameVector final : public frames::FrameSink {
 public:
  std::byte* payload_buffer(const frames::FrameHeader& header) override {
    bytes.resize(header.size);
    return bytes.data();
  }
  std::vector<std::byte> bytes;
};

class LowLayerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto encoder = video::open_encoder("libx264", first_.now); !encoder) {
      GTEST_SKIP() << encoder.error().message();
    }
    auto ring = frames::RingWriter::open({.path = path_, .ring_bytes = 1 << 18, .hint_address = {}, .clock = nullptr});
    ASSERT_TRUE(ring.ok());
    low_.emplace(LowLayerMode::kAuto, std::move(*ring), stats_, registry_.gauge("on", ""));
    low_->start();
  }

  /// A picture that differs from the one before, offered as the first layer would.
  void offer(video::PictureFormat format = video::PictureFormat::kNv12Bt709) {
    ASSERT_TRUE(picture_.resize(first_.now.width, first_.now.height, format).ok());
    const video::Picture::Plane luma = picture_.plane(0);
    std::memset(luma.data, static_cast<int>(++number_ * 3 % 200), luma.stride_bytes * 40);
    picture_.frame_id = number_;
    picture_.capture_realtime_us = 1000 * number_;
    low_->offer(picture_, first_);
    std::this_thread::sleep_for(1ms);
    while (reader_.next(newest_, header_) == frames::ReadState::kFrame) {
      headers_.push_back(header_);
      if (header_.is_keyframe()) sps_ = sps_of(newest_.bytes);
    }
  }
  bool offer_until(const std::function<bool()>& condition,
                   video::PictureFormat format = video::PictureFormat::kNv12Bt709) {
    const Time end = std::chrono::steady_clock::now() + 30s;
    for (; !condition() && std::chrono::steady_clock::now() < end;) offer(format);
    return condition();
  }
  size_t keyframes() const {
    return static_cast<size_t>(std::ranges::count_if(headers_, [](const auto& h) { return h.is_keyframe(); }));
  }
  static std::optional<video::Sps> sps_of(const std::vector<std::byte>& keyframe) {
    video::AnnexBReader units({reinterpret_cast<const uint8_t*>(keyframe.data()), keyframe.size()});
    while (const auto unit = units.next()) {
      if (video::nal_type(video::Codec::kH264, unit->bytes) != video::h264::kSps) continue;
      auto sps = video::parse_sps(video::Codec::kH264, unit->bytes);
      return sps ? std::optional(*sps) : std::nullopt;
    }
    return std::nullopt;
  }

  testing::TemporaryFolder folder_;
  const std::string path_ = folder_.file("ring.low");
  Registry registry_;
  const StreamStats stats_{.render_us = &registry_.histogram("halve", ""),
                           .encode_us = &registry_.histogram("encode", ""),
                           .publish_us = &registry_.histogram("publish", ""),
                           .age_us = &registry_.histogram("age", ""),
                           .frames = &registry_.counter("frames", ""),
                           .keyframes = &registry_.counter("keyframes", ""),
                           .bytes = &registry_.counter("bytes", ""),
                           .dropped = &registry_.counter("dropped", ""),
                           .failed = &registry_.counter("failed", "")};
  std::optional<LowLayer> low_;
  FirstEncoder first_;
  video::Picture picture_;
  uint64_t number_ = 0;
  frames::RingReader reader_{{.path = path_}};
  FrameVector newest_;
  frames::FrameHeader header_;
  std::vector<frames::FrameHeader> headers_;
  std::optional<video::Sps> sps_;  // of the newest keyframe
};

TEST(LowSettings, AreHalfTheSidesAndAQuarterOfTheRate) {
  const video::EncoderSettings low = low_settings({.width = 1280, .height = 722, .fps = 60, .bitrate_bps = 8'000'000});
  EXPECT_EQ(low.width, 640);
  EXPECT_EQ(low.height, 360);
  EXPECT_EQ(low.fps, 60);
  EXPECT_EQ(low.bitrate_bps, 2'000'000);
  const video::EncoderSettings lowest = low_settings({.width = 640, .height = 360, .fps = 60, .bitrate_bps = 150'000});
  EXPECT_EQ(lowest.bitrate_bps, 100'000);
  EXPECT_FALSE(lowest.quickest);
  EXPECT_TRUE(low_settings({.width = 640, .height = 360, .quickest = true}).quickest);
}

TEST_F(LowLayerTest, DoesNothingWhileNobodyWantsIt) {
  for (int i = 0; i < 100; ++i) offer();
  EXPECT_EQ(low_->state(), State::kIdle);
  EXPECT_EQ(stats_.render_us->count(), 0u);
  EXPECT_EQ(stats_.encode_us->count(), 0u);
  EXPECT_TRUE(headers_.empty());
}

TEST_F(LowLayerTest, BeginsWithAKeyframeOfHalfTheSize) {
  low_->want(false);
  ASSERT_TRUE(offer_until([&] { return !headers_.empty(); }));
  ASSERT_TRUE(headers_.front().is_keyframe());
  EXPECT_EQ(low_->state(), State::kOn);
  ASSERT_TRUE(sps_);
  EXPECT_EQ(sps_->width, 128);
  EXPECT_EQ(sps_->height, 72);
  EXPECT_EQ(sps_->max_num_reorder, 0u);
}

TEST_F(LowLayerTest, FramesCarryNumberAndCaptureTimeOfTheirPicture) {
  low_->want(false);
  ASSERT_TRUE(offer_until([&] { return headers_.size() >= 20; }));
  for (size_t i = 0; i < headers_.size(); ++i) {
    EXPECT_EQ(headers_[i].capture_us, 1000 * headers_[i].frame_id);
    if (i == 0) continue;
    EXPECT_GT(headers_[i].frame_id, headers_[i - 1].frame_id);
    EXPECT_EQ(headers_[i].frame_seq, headers_[i - 1].frame_seq + 1);
  }
}

TEST_F(LowLayerTest, ARepeatedWishForcesNoKeyframeAndARequestDoes) {
  low_->want(false);
  ASSERT_TRUE(offer_until([&] { return headers_.size() >= 20; }));
  low_->want(false);
  const size_t frames = headers_.size();
  ASSERT_TRUE(offer_until([&] { return headers_.size() >= frames + 20; }));
  EXPECT_EQ(keyframes(), 1u);
  low_->want(true);
  ASSERT_TRUE(offer_until([&] { return keyframes() == 2; }));
}

TEST_F(LowLayerTest, CostsTheFirstLayersThreadNoAllocation) {
  low_->want(false);
  ASSERT_TRUE(offer_until([&] { return headers_.size() >= 20; }));
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 200; ++i) low_->offer(picture_, first_);
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

TEST_F(LowLayerTest, FollowsTheFirstLayersSize) {
  low_->want(false);
  ASSERT_TRUE(offer_until([&] { return headers_.size() >= 3; }));
  first_.now.width = 320;
  first_.now.height = 180;
  ASSERT_TRUE(offer_until([&] { return sps_ && sps_->width == 160 && sps_->height == 90; }));
  EXPECT_EQ(stats_.failed->value(), 0u);
}

TEST_F(LowLayerTest, IsOffForNowWhereNoEncoderTakesThePictures) {
  low_->want(true);
  ASSERT_TRUE(offer_until([&] { return low_->state() == State::kFailed; }, video::PictureFormat::kI420Jfif));
  EXPECT_FALSE(low_->wanted());
  EXPECT_TRUE(headers_.empty());
}

TEST_F(LowLayerTest, PicturesTooSmallToBeHalvedAreLeftOut) {
  first_.now.width = 256;
  first_.now.height = 100;
  low_->want(true);
  ASSERT_TRUE(offer_until([&] { return low_->state() == State::kStarting; }));
  for (int i = 0; i < 50; ++i) offer();
  EXPECT_EQ(stats_.encode_us->count(), 0u);
  EXPECT_EQ(stats_.failed->value(), 0u);
  first_.now.height = 144;
  ASSERT_TRUE(offer_until([&] { return !headers_.empty(); }));
}

TEST_F(LowLayerTest, IsOffWithoutARing) {
  LowLayer off(LowLayerMode::kOn, std::nullopt, stats_, registry_.gauge("on", ""));
  off.start();
  off.want(true);
  off.offer(picture_, first_);
  EXPECT_EQ(off.state(), State::kOff);
  EXPECT_FALSE(off.wanted());
}

}  // namespace
}  // namespace sdr::sim
