// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "frames/ring_writer.h"
#include "sim_fixture.h"
#include "video/nal.h"
#include "video/sps.h"

namespace sdr::testing {
namespace {

using schema::AckStatus;
using schema::Action;

class LowLayerInSim : public SimTest {
 protected:
  RingFollower& low() { return client_->low; }
  void want(std::optional<bool> keyframe) {
    client_->post(Action::request_idr,
                  schema::IdrData{.camera = {}, .layer = schema::Layer::low, .keyframe = keyframe});
  }
  bool until(const std::function<bool()>& condition) { return client_->until(condition); }
  /// Until the condition holds, repeating the wish as a transport does.
  bool until_while_wanted(const std::function<bool()>& condition) {
    Time next{};
    return until([&] {
      if (const Time now = std::chrono::steady_clock::now(); now >= next) {
        next = now + std::chrono::seconds(3);
        want(false);
      }
      return condition();
    });
  }
  /// Whether the newest keyframe is of this size.
  bool is_of_size(int width, int height) {
    video::AnnexBReader units({reinterpret_cast<const uint8_t*>(low().keyframe.data()), low().keyframe.size()});
    while (const auto unit = units.next()) {
      if (video::nal_type(video::Codec::kH264, unit->bytes) != video::h264::kSps) continue;
      const auto sps = video::parse_sps(video::Codec::kH264, unit->bytes);
      return sps && sps->width == width && sps->height == height && sps->max_num_reorder == 0u;
    }
    return false;
  }
  const frames::FrameHeader* full_frame(uint64_t frame_id) const {
    const auto found = std::ranges::find(client_->headers, frame_id, &frames::FrameHeader::frame_id);
    return found == client_->headers.end() ? nullptr : &*found;
  }
};

TEST_F(LowLayerInSim, HasARingWithALivingWriterAndNoFramesWhileNobodyWantsIt) {
  ASSERT_TRUE(until([&] { return client_->headers.size() > 40; }));
  EXPECT_EQ(low().writer(), frames::WriterState::kAlive);
  EXPECT_TRUE(low().headers.empty());
}

TEST_F(LowLayerInSim, GivesThePicturesOfTheFirstLayerAtHalfTheSize) {
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > 30; }));
  EXPECT_TRUE(low().headers.front().is_keyframe());
  EXPECT_TRUE(is_of_size(160, 90));
  const uint64_t newest = low().headers.back().frame_id;
  ASSERT_TRUE(until([&] { return client_->headers.back().frame_id >= newest; }));
  for (const frames::FrameHeader& frame : low().headers) {
    if (frame.frame_id > newest) break;
    const frames::FrameHeader* const full = full_frame(frame.frame_id);
    ASSERT_NE(full, nullptr) << frame.frame_id;
    EXPECT_EQ(frame.capture_us, full->capture_us);
    EXPECT_EQ(frame.codec, full->codec);
  }
}

TEST_F(LowLayerInSim, ARequestedKeyframeComes) {
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > 40; }));
  const size_t before = low().keyframes();
  want(std::nullopt);
  ASSERT_TRUE(until_while_wanted([&] { return low().keyframes() > before; }));
}

TEST_F(LowLayerInSim, EndsWhenNobodyRepeatsTheWishAndBeginsAgainWithAKeyframe) {
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > 3; }));
  size_t frames = 0, full = 0;
  ASSERT_TRUE(until([&] {  // two seconds of the first layer without one of this
    if (low().headers.size() != frames) full = client_->headers.size();
    frames = low().headers.size();
    return client_->headers.size() > full + 60;
  }));
  EXPECT_EQ(low().writer(), frames::WriterState::kAlive);
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > frames; }));
  EXPECT_TRUE(low().headers[frames].is_keyframe());
}

TEST_F(LowLayerInSim, FollowsSettingsAndRobot) {
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > 3; }));
  schema::SettingsData data;
  data.width = 400;
  data.height = 200;
  ASSERT_EQ(client_->command(Action::settings, data).status, AckStatus::ok);
  ASSERT_TRUE(until_while_wanted([&] { return is_of_size(200, 100); }));
  data.codec = schema::Codec::jpeg;
  ASSERT_EQ(client_->command(Action::settings, data).status, AckStatus::ok);
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.back().codec == frames::Codec::kJpeg; }));
  ASSERT_EQ(client_->command(Action::load_robot, schema::NameData{"quadruped"}).status, AckStatus::ok);
  ASSERT_TRUE(until_while_wanted([&] { return client_->robots.current == "quadruped"; }));
  const size_t frames = low().headers.size();
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > frames + 10; }));
}

TEST_F(LowLayerInSim, ItsRingIsContinuedByTheNextProcess) {
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > 3; }));
  EXPECT_EQ(sim_->stop(), "");
  low().read();  // what the first process left
  const size_t frames = low().headers.size();
  sim_ = std::make_unique<RunningSim>(options_);
  ASSERT_TRUE(until_while_wanted([&] { return low().headers.size() > frames; }));
  EXPECT_TRUE(low().headers[frames].is_keyframe());
  EXPECT_EQ(low().headers[frames].frame_seq, low().headers[frames - 1].frame_seq + 1);
}

class NoLowLayerInSim : public LowLayerInSim {
 protected:
  void SetUp() override {
    options_.low_layer = "off";
    LowLayerInSim::SetUp();
  }
};

TEST_F(NoLowLayerInSim, MakesNoRing) {
  const size_t frames = client_->headers.size();
  ASSERT_TRUE(until_while_wanted([&] { return client_->headers.size() > frames + 30; }));
  EXPECT_EQ(low().writer(), frames::WriterState::kAbsent);
  EXPECT_FALSE(std::filesystem::exists(options_.shm_path + ".low"));
}

class LowLayerBesideAnother : public LowLayerInSim {
 protected:
  void SetUp() override {
    auto other = frames::RingWriter::open(
        {.path = folder_.file("ring.low"), .ring_bytes = 1 << 16, .hint_address = {}, .clock = nullptr});
    ASSERT_TRUE(other.ok());
    other_.emplace(std::move(*other));
    LowLayerInSim::SetUp();
  }
  std::optional<frames::RingWriter> other_;
};

TEST_F(LowLayerBesideAnother, IsLeftOutAndTheFirstLayerGoesOn) {
  const size_t frames = client_->headers.size();
  ASSERT_TRUE(until_while_wanted([&] { return client_->headers.size() > frames + 30; }));
  EXPECT_TRUE(low().headers.empty());
}

}  // namespace
}  // namespace sdr::testing
