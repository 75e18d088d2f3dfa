// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/queue.h"
#include "sim/layer_output.h"
#include "sim/layer_wish.h"
#include "sim/wake.h"

// The low layer: each picture once more, at half its sides and a quarter of the rate, into a ring of its own, for
// viewers whose link is too thin for the first one (frames.md, stream.md). It costs something only while somebody wants
// it. The first layer is never kept waiting: its thread encodes first and then leaves the halved picture in a slot that
// holds the newest only; the rest happens here, on a thread that gives way to others.
//
// Thread: offer() on the first layer's encode thread, start() and stop() on the owner's, the others on any. Owns: its
// ring, whose heart beats from start() on, wanted or not. Errors: an encoder that breaks or does not open puts the
// layer off for kRetry, which is said and counted; the first layer does not notice.

namespace sdr::sim {

/// What the first layer is encoded as, to follow: same codec and rate of pictures, half the sides, a quarter of the
/// bitrate.
video::EncoderSettings low_settings(const video::EncoderSettings& first);

class LowLayer {
 public:
  static constexpr Duration kRetry = std::chrono::seconds(10);

  enum class State { kOff, kIdle, kStarting, kOn, kFailed };

  /// Without a ring it is off for good. `on` is 1 while it is encoded, else 0.
  LowLayer(LowLayerMode mode, std::optional<frames::RingWriter> ring, StreamStats stats, Gauge& on);
  ~LowLayer();
  void start();
  void stop();

  /// Somebody wants it for the next LayerWish::kHold, and perhaps a keyframe of it.
  void want(bool keyframe);
  void set_bus_lost(bool lost) { bus_lost_.store(lost); }
  State state() const { return state_.load(); }

  bool wanted() const { return wanted_.load(); }
  /// The picture that the first layer has just encoded, with its encoder. Nothing happens where nobody wants it.
  void offer(const video::Picture& picture, const video::Encoder& first);

 private:
  struct Offered {
    video::Picture picture;
    video::EncoderSettings settings;
    video::Codec codec = video::Codec::kH264;
    std::string first_encoder;
  };

  void run();
  void follow_wish(Time now);
  void set(State state);
  void encode(const Offered& offered, Time now);
  Status fit(const Offered& offered);
  Status open(const Offered& offered);

  const StreamStats stats_;
  Gauge& on_;
  LatestSlot<Offered> slot_;
  Wake wake_;
  std::atomic<bool> asked_{false}, keyframe_asked_{false}, bus_lost_{false}, wanted_{false}, stopping_{false};
  std::atomic<State> state_;
  bool told_too_small_ = false;  // the first layer's encode thread's own

  // The layer's thread's own.
  std::optional<LayerOutput> output_;
  LayerWish wish_;
  std::unique_ptr<video::Encoder> encoder_;
  Time off_until_{};
  std::thread thread_;
};

/// For people and `/health`: "off", "idle" (nobody wants it), "starting", "on", "failed" (tried again soon).
std::string_view to_text(LowLayer::State state);

}  // namespace sdr::sim
