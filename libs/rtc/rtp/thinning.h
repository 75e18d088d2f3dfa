// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "base/clock.h"

// What of a stream a peer gets when its link carries less: the lower layer where the encoder gives one, else groups of
// pictures cut short. No picture between a keyframe and the one before it can be left out on its own, so thinning sends
// a keyframe and what follows it as long as the link's budget lasts, then nothing up to the next keyframe, which it
// asks for as soon as the budget has recovered: a picture that moves in steps, two a second, and never a frozen one.
//
// Going down is quick, going up is slow and, after each failure, slower. Every change happens at a keyframe.
// Thread: one. Pure; nothing allocates.

namespace sdr::rtc {

inline constexpr size_t kMaxLayers = 2;  ///< 0 is the best

class Thinning {
 public:
  struct Layer {
    double rate_bps = 0;  ///< what it takes now
    size_t keyframe_bytes = 0;
  };

  /// How many layers there are from now on; 0 is the one to begin with. Waits for a keyframe.
  void set_layers(size_t count);
  /// Layers below the one it is at come or go: what it sends goes on.
  void change_layers(size_t count);

  /// The link's estimate, a few times a second or more; `layers` as set_layers() said.
  void update(double estimate_bps, std::span<const Layer> layers, Time now);

  /// Whether this frame goes to the peer. In sending order, each frame of each layer once.
  bool admit(size_t layer, bool keyframe, size_t bytes, Time now);
  /// The peer lost its place (its queue was dropped, it joins): nothing but a keyframe helps.
  void wait_for_keyframe() { waiting_ = true; }
  /// A keyframe and its successors are sent out of turn, to one that joins.
  void joined(size_t layer, size_t bytes, Time now);

  /// Lost packets are sent again: they use the link, too.
  void on_repeat(size_t bytes) { bucket_bytes_ -= static_cast<double>(bytes); }

  /// The layer of which a keyframe is needed before anything can be sent or changed; nothing while all is well.
  std::optional<size_t> needs_keyframe(Time now) const;

  size_t layer() const { return current_; }
  bool is_thinning() const { return thinning_; }
  bool is_waiting() const { return waiting_; }
  /// Not everything that there is goes to this peer.
  bool is_reduced() const { return thinning_ || current_ != 0 || wanted_ != 0; }
  /// What the next step up would take; 0 where there is none.
  double wanted_bps() const { return wanted_bps_; }

 private:
  void consider_down(double estimate_bps, std::span<const Layer> layers, Time now);
  void consider_up(double estimate_bps, std::span<const Layer> layers, Time now);
  void step_down(Time now);
  void step_up(Time now);
  void refill(Time now);

  size_t count_ = 1, current_ = 0, wanted_ = 0;
  bool thinning_ = false, waiting_ = true;
  double wanted_bps_ = 0, budget_bps_ = 0;
  double bucket_bytes_ = 0;
  size_t keyframe_bytes_ = 0;
  Time refilled_{}, last_keyframe_{}, last_frame_{};
  Time too_much_since_{}, enough_since_{}, went_up_{};
  bool too_much_ = false, enough_ = false;
  Duration patience_ = kShortestPatience;  ///< how long there must be enough before going up

  static constexpr Duration kShortestPatience = std::chrono::milliseconds(1500);
};

}  // namespace sdr::rtc
