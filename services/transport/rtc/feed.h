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
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/thinning.h"
#include "rtc/sdp/video_format.h"
#include "transport/cameras.h"

// One camera's video as WebRTC carries it: each frame cut into packets once, for all peers, in a layer or two. The
// lower layer is encoded only while somebody asks for it (sim.md), so it is followed only while a peer wants it.
//
// Thread: the loop's. Bounds: a PacketStore for each layer. It owns the lower layer's camera; the first one is the
// service's and outlives it.

namespace sdr::transport {

class RtcFeed {
 public:
  static constexpr size_t kLayers = rtc::kMaxLayers;

  struct Hooks {
    /// `keyframe` false: the layer is still wanted, and nothing more.
    std::function<void(const Camera& camera, bool keyframe)> want_low;
    std::function<void(RtcFeed& feed, size_t layer)> on_frame;  ///< the layer's store has a new one
    std::function<void(RtcFeed& feed)> on_layers;               ///< layers() are others
    std::function<void(RtcFeed& feed)> on_codec;                ///< stream()'s codec is another, or unsuitable()
  };

  /// `make_low` gives a camera on the lower layer's ring.
  using MakeLow = std::function<std::unique_ptr<Camera>(Camera::Hooks hooks)>;

  RtcFeed(EventLoop& loop, Camera& camera, const MakeLow& make_low, Hooks hooks);
  ~RtcFeed();
  RtcFeed(const RtcFeed&) = delete;
  RtcFeed& operator=(const RtcFeed&) = delete;

  /// Takes what the camera has kept for those who join, or asks for a keyframe.
  void start();
  void on_frame(size_t layer, const Camera& from, const VideoMessage& frame);
  /// A peer cannot go on without a keyframe of that layer.
  void want_keyframe(size_t layer);
  /// Once in a while; `low_used`: a peer is on the lower layer, or waits for it.
  void tick(bool low_used);

  Camera& camera() { return camera_; }
  const std::string& name() const { return camera_.name(); }
  /// What it is, as the newest keyframe says; before the first, what is likely.
  const rtc::VideoStream& stream() const { return stream_; }
  /// What comes is in no codec that WebRTC carries.
  bool unsuitable() const { return unsuitable_; }
  std::span<const rtc::PacketStore* const> layers() const { return {layers_.data(), low_there_ ? 2U : 1U}; }

 private:
  struct Layer {
    rtc::PacketStore store;
    std::optional<rtc::Packetizer> packetizer;
    bool whole = false;  // from a keyframe on
  };

  Camera::Hooks low_hooks();
  bool learn(const frames::FrameHeader& header, std::span<const uint8_t> payload);
  bool is_old(const frames::FrameHeader& header) const;
  void follow_low(bool follow);
  bool low_works() const;

  EventLoop& loop_;
  Camera& camera_;
  std::unique_ptr<Camera> low_camera_;
  Hooks hooks_;
  std::array<Layer, kLayers> store_;
  std::array<const rtc::PacketStore*, kLayers> layers_{};
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
