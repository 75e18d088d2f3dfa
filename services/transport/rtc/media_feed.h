// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/thinning.h"

namespace sdr::transport {

/// One access unit of a feed's, as its packets are cut from it.
struct MediaFrame {
  std::span<const uint8_t> bytes;
  rtc::VideoCodec codec = rtc::VideoCodec::kH264;
  bool keyframe = false;
  uint64_t capture_us = 0;  ///< CLOCK_REALTIME; 0: unknown
  uint64_t born_us = 0;     ///< monotonic, when it was noticed in the ring; 0: long ago
};

/// A feed as one shard has it: the packets of its layers' last second, cut once for all sessions there.
///
/// Thread: the shard's. Bounds: a PacketStore for each layer, made with it.
class MediaFeed {
 public:
  enum class Push : uint8_t {
    kStored,
    kPassedOver,    ///< before a keyframe, or of a layer that nobody may have
    kNeedsKeyframe  ///< it cannot be cut: it is lost, and what follows it as well
  };

  MediaFeed(uint32_t feed_id, size_t layers) : id(feed_id), layer_count_(layers) {
    for (size_t i = 0; i < layers_.size(); ++i) stores_[i] = &layers_[i].store;
  }

  Push push(size_t layer, const MediaFrame& frame, Time now) {
    Layer& into = layers_[layer];
    if (frame.keyframe && into.codec != frame.codec) {
      into.codec = frame.codec;
      into.packetizer.emplace(frame.codec, into.store);
    }
    if (frame.keyframe) into.whole = true;
    if (layer >= layer_count_ || !into.whole || into.codec != frame.codec) return Push::kPassedOver;
    if (into.packetizer->push({frame.bytes, frame.keyframe, frame.capture_us}, now)) return Push::kStored;
    into.whole = false;
    return Push::kNeedsKeyframe;
  }
  void set_layers(size_t count) { layer_count_ = count; }

  const uint32_t id;
  std::span<const rtc::PacketStore* const> stores() const { return {stores_.data(), layer_count_}; }

 private:
  struct Layer {
    rtc::PacketStore store;
    std::optional<rtc::Packetizer> packetizer;
    std::optional<rtc::VideoCodec> codec;
    bool whole = false;  // from a keyframe on
  };

  std::array<Layer, rtc::kMaxLayers> layers_;
  std::array<const rtc::PacketStore*, rtc::kMaxLayers> stores_{};
  size_t layer_count_;
};

}  // namespace sdr::transport
