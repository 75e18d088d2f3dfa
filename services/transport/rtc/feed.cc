// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/feed.h"

#include "base/log.h"
#include "rtc/rtp/media_time.h"
#include "rtc/rtp/nal_units.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLowRepeat = 3s;    // sim.md: a wish holds for 10 s
constexpr Duration kLowUnused = 10s;   // then it is not followed any more
constexpr Duration kLowSilent = 2s;    // asked for, and nothing came
constexpr Duration kLowAgain = 30s;    // until it is tried again
constexpr int32_t kOldUs = 1'000'000;  // what lies in a ring that nobody asked for

std::optional<rtc::VideoCodec> codec_of(frames::Codec codec) {
  if (codec == frames::Codec::kH264) return rtc::VideoCodec::kH264;
  if (codec == frames::Codec::kHevc) return rtc::VideoCodec::kHevc;
  return std::nullopt;
}

/// H.264: ITU-T H.264 7.3.2.1.1. HEVC: ITU-T H.265 7.3.3, whose level stands behind 11 bytes of flags.
std::optional<rtc::VideoStream> parse_sps(rtc::VideoCodec codec, std::span<const uint8_t> nal) {
  constexpr size_t kBytes = 16;
  std::array<uint8_t, kBytes> sps{};
  size_t count = 0;
  for (size_t i = 0, zeros = 0; i < nal.size() && count < kBytes; ++i) {
    const bool emulation = zeros >= 2 && nal[i] == 3;
    zeros = nal[i] == 0 ? zeros + 1 : 0;
    if (!emulation) sps[count++] = nal[i];
  }
  if (codec == rtc::VideoCodec::kH264) {
    return count < 4 ? std::nullopt : std::optional(rtc::VideoStream{codec, sps[1], sps[2], sps[3]});
  }
  if (count < 15) return std::nullopt;
  return rtc::VideoStream{codec, static_cast<uint8_t>(sps[3] & 0x1F), static_cast<uint8_t>(sps[3] >> 5 & 1), sps[14]};
}

}  // namespace

std::optional<rtc::VideoStream> stream_of(rtc::VideoCodec codec, std::span<const uint8_t> access_unit) {
  constexpr uint8_t kH264Sps = 7, kHevcSps = 33;
  rtc::NalWalk walk(access_unit);
  while (const auto nal = walk.next()) {
    if (rtc::nal_type(codec, nal->front()) != (codec == rtc::VideoCodec::kH264 ? kH264Sps : kHevcSps)) continue;
    return parse_sps(codec, *nal);
  }
  return std::nullopt;
}

RtcFeed::RtcFeed(uint32_t number, EventLoop& loop, Camera& camera, const MakeLow& make_low, Hooks hooks)
    : id_(number), loop_(loop), camera_(camera), hooks_(std::move(hooks)) {
  low_camera_ = make_low(low_hooks());
  low_there_ = low_works();
  camera_.watch();
}

RtcFeed::~RtcFeed() {
  follow_low(false);
  camera_.unwatch();
}

Camera::Hooks RtcFeed::low_hooks() {
  return {.request_keyframe = [this](const std::string&) { hooks_.want_low(camera_, true); },
          .on_broken = [](Client&) {},
          .before_round = [](Camera&, VideoMessage&) {},
          .after_round = [](Camera&) {},
          .on_frame = [this](Camera& low, const VideoMessage& frame) { on_frame(1, low, frame); }};
}

void RtcFeed::start() {
  camera_.for_each_kept([this](const VideoMessage& frame) { on_frame(0, camera_, frame); });
  if (!whole_[0]) camera_.want_keyframe();
}

// Nothing where WebRTC has no such codec.
std::optional<MediaFrame> RtcFeed::frame_of(size_t layer, const Camera& from, const VideoMessage& frame) const {
  const frames::FrameHeader& header = frame.header;
  const std::optional<rtc::VideoCodec> codec = codec_of(header.codec);
  if (!codec) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(from.source().pool().payload(frame));
  const uint64_t capture_us = header.capture_us == 0 ? 0 : rtc::extend_capture_us(header.capture_us, realtime_us());
  return MediaFrame{{bytes, header.size}, *codec, header.is_keyframe(), capture_us, layer == 0 ? frame.born_us : 0};
}

void RtcFeed::on_frame(size_t layer, const Camera& from, const VideoMessage& frame) {
  const frames::FrameHeader& header = frame.header;
  const std::span payload(reinterpret_cast<const uint8_t*>(from.source().pool().payload(frame)), header.size);
  if (layer == 0) newest_capture_us_ = header.capture_us;
  if (layer > 0 && (!low_there_ || is_old(header))) return;
  if (layer == 0 && header.is_keyframe() && !learn(header, payload)) return;
  if (header.is_keyframe()) whole_[layer] = true;
  const std::optional<MediaFrame> given = frame_of(layer, from, frame);
  // Another codec than the first layer's comes before that one's next keyframe: it would be cut as what it is not.
  if (!whole_[layer] || !given || given->codec != stream_.codec) return;
  if (layer > 0) low_frame_ = loop_.now();
  hooks_.on_frame(*this, layer, *given);
}

bool RtcFeed::is_old(const frames::FrameHeader& header) const {
  return static_cast<int32_t>(newest_capture_us_ - header.capture_us) > kOldUs;
}

// False where WebRTC has no such codec.
bool RtcFeed::learn(const frames::FrameHeader& header, std::span<const uint8_t> payload) {
  const std::optional<rtc::VideoCodec> codec = codec_of(header.codec);
  const bool was_unsuitable = std::exchange(unsuitable_, !codec);
  if (!codec) {
    if (!was_unsuitable) hooks_.on_codec(*this);
    return false;
  }
  const bool other_codec = stream_.codec != *codec;
  stream_ = stream_of(*codec, payload).value_or(rtc::VideoStream{*codec, 0, 0, 0});
  if (!other_codec) return true;
  whole_ = {};
  hooks_.on_codec(*this);
  return true;
}

void RtcFeed::want_keyframe(size_t layer) {
  if (layer == 0) return camera_.want_keyframe();
  if (!low_camera_) return;
  follow_low(true);
  low_camera_->want_keyframe();
}

void RtcFeed::tick(bool low_used) {
  const Time now = loop_.now();
  if (low_used) low_used_ = now;
  if (low_used && following_low_ && now - low_asked_ >= kLowRepeat) {
    low_asked_ = now;
    hooks_.want_low(camera_, false);
  }
  if (following_low_ && now - low_used_ > kLowUnused) follow_low(false);
  if (low_used && following_low_ && now - low_frame_ > kLowSilent && low_there_) {
    log_warning("the lower layer is asked for and does not come", {{"camera", name()}});
    low_back_ = now + kLowAgain;
    follow_low(false);
  }
  const bool there = low_works();
  if (std::exchange(low_there_, there) != there) hooks_.on_layers(*this);
}

bool RtcFeed::low_works() const {
  return low_camera_ && low_camera_->source().writer_state() == frames::WriterState::kAlive && loop_.now() >= low_back_;
}

void RtcFeed::follow_low(bool follow) {
  if (!low_camera_ || follow == following_low_) return;
  following_low_ = follow;
  if (!follow) return low_camera_->unwatch();
  low_asked_ = low_used_ = low_frame_ = loop_.now();
  whole_[1] = false;
  low_camera_->watch();
  hooks_.want_low(camera_, true);
}

}  // namespace sdr::transport
