// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "rtc/rtp/thinning.h"
#include "rtc/sdp/video_format.h"
#include "transport/cameras.h"
#include "transport/rtc/media_feed.h"

// One camera's video as WebRTC carries it, in a layer or two: what of it can be shown, in which codec, and whether
// there is a lower layer. That one is encoded only while somebody asks for it (sim.md), so it is followed only while a
// peer wants it. Packets are cut where they are sent (MediaFeed).
//
// Thread: the loop's. It owns the lower layer's camera; the first one is the service's and outlives it.

namespace sdr::transport {

class RtcFeed {
 public:
  static constexpr size_t kLayers = rtc::kMaxLayers;

  struct Hooks {
    /// `keyframe` false: the layer is still wanted, and nothing more.
    std::function<void(const Camera& camera, bool keyframe)> want_low;
    std::function<void(RtcFeed& feed, size_t layer, const MediaFrame& frame)> on_frame;
    std::function<void(RtcFeed& feed)> on_layers;  ///< layers() are others
    std::function<void(RtcFeed& feed)> on_codec;   ///< stream()'s codec is another, or unsuitable()
  };

  /// `number`: nobody else has ever had it. `make_low` gives a camera on the lower layer's ring.
  using MakeLow = std::function<std::unique_ptr<Camera>(Camera::Hooks hooks)>;

  RtcFeed(uint32_t number, EventLoop& loop, Camera& camera, const MakeLow& make_low, Hooks hooks);
  ~RtcFeed();
  RtcFeed(const RtcFeed&) = delete;
  RtcFeed& operator=(const RtcFeed&) = delete;

  /// Looks at what the camera has kept for those who join, or asks for a keyframe.
  void start();
  /// The first layer's newest keyframe and the frames since, where these are not too many.
  template <typename Function>
  void for_each_kept(Function function) const {
    camera_.for_each_kept([&](const VideoMessage& frame) {
      if (const auto kept = frame_of(0, camera_, frame); kept && kept->codec == stream_.codec) function(*kept);
    });
  }
  void on_frame(size_t layer, const Camera& from, const VideoMessage& frame);
  /// A peer cannot go on without a keyframe of that layer.
  void want_keyframe(size_t layer);
  /// Once in a while; `low_used`: a peer is on the lower layer, or waits for it.
  void tick(bool low_used);

  uint32_t id() const { return id_; }
  Camera& camera() { return camera_; }
  const std::string& name() const { return camera_.name(); }
  /// What it is, as the newest keyframe says; before the first, what is likely.
  const rtc::VideoStream& stream() const { return stream_; }
  /// What comes is in no codec that WebRTC carries.
  bool unsuitable() const { return unsuitable_; }
  /// How many, the best first.
  size_t layers() const { return low_there_ ? 2 : 1; }

 private:
  Camera::Hooks low_hooks();
  std::optional<MediaFrame> frame_of(size_t layer, const Camera& from, const VideoMessage& frame) const;
  bool learn(const frames::FrameHeader& header, std::span<const uint8_t> payload);
  bool is_old(const frames::FrameHeader& header) const;
  void follow_low(bool follow);
  bool low_works() const;

  const uint32_t id_;
  EventLoop& loop_;
  Camera& camera_;
  std::unique_ptr<Camera> low_camera_;
  Hooks hooks_;
  std::array<bool, kLayers> whole_{};  // from a keyframe on
  // Any browser's decoder plays what this profile calls too much.
  rtc::VideoStream stream_{rtc::VideoCodec::kH264, 66, 0xC0, 31};
  bool unsuitable_ = false;
  uint32_t newest_capture_us_ = 0;
  bool low_there_ = false, following_low_ = false;
  Time low_used_{}, low_asked_{}, low_frame_{}, low_back_{};
};

/// Profile and level as the parameter sets of an access unit say them; nothing where there are none.
std::optional<rtc::VideoStream> stream_of(rtc::VideoCodec codec, std::span<const uint8_t> access_unit);

}  // namespace sdr::transport
