// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/clock.h"
#include "frames/ring_writer.h"
#include "sim/stream_control.h"
#include "video/encoder.h"
#include "video/keyframe_debouncer.h"

// One layer's way from a picture to its ring: decides which pictures become keyframes, has them encoded, commits what
// comes out, keeps the ring's heart beating, and counts. Each layer has one, with a ring and a debouncer of its own.
//
// Thread: one, the layer's. Errors: those of the encoder are given; a frame that the ring refuses is counted and said.

namespace sdr::sim {

class LayerOutput {
 public:
  static constexpr Duration kHeartbeat = std::chrono::milliseconds(40);

  LayerOutput(frames::RingWriter ring, StreamStats stats) : ring_(std::move(ring)), stats_(stats) {}

  /// To be called at least every kHeartbeat, frames or none.
  void beat(Time now);
  /// Nobody can ask for keyframes then: they come more often.
  void set_bus_lost(bool lost);
  void request_keyframe() { debouncer_.request(); }

  /// Encodes a picture and commits it. Errors: the encoder's; it is to be replaced then.
  Status write(video::Encoder& encoder, const video::Picture& picture);

 private:
  void commit(const video::Picture& picture, video::Codec codec, const video::EncodedPicture& encoded, Time encoded_at);

  frames::RingWriter ring_;
  const StreamStats stats_;
  video::KeyframeDebouncer debouncer_;
  Time beat_{};
};

}  // namespace sdr::sim
