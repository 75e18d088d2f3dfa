// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

// Decides which pictures become keyframes. Keyframes are expensive, requests for them come in bursts (every viewer that
// lost something asks), so: the first request is served with the next picture, those that come too soon after a
// keyframe are served together, once, as soon as enough time and enough pictures have passed. Independently of requests
// one comes at least every `longest`, so that nobody needs the bus for a first picture (sim.md).
//
// Pure: time is passed in. Thread: one (the encode thread).

namespace sdr::video {

class KeyframeDebouncer {
 public:
  struct Options {
    Duration shortest = std::chrono::milliseconds(500);  ///< between two keyframes, and
    uint32_t shortest_frames = 30;                       ///< this many pictures, whichever takes longer
    Duration longest = std::chrono::seconds(10);         ///< without one; 2 s while the bus is lost
  };

  KeyframeDebouncer() : KeyframeDebouncer(Options{}) {}
  explicit KeyframeDebouncer(const Options& options) : options_(options) {}

  /// Someone needs a keyframe. Any number of requests before the next keyframe count as one.
  void request() { requested_ = true; }
  void set_longest(Duration longest) { options_.longest = longest; }

  /// Once for each picture, just before it is encoded: true where it is to be a keyframe. The first always is.
  [[nodiscard]] bool next_picture(Time now);

  /// The encoder made a keyframe of its own accord with the picture announced last (it was reopened, say): requests are
  /// served, the distance counts from here.
  void made_keyframe(Time now);

  bool waiting() const { return requested_; }

 private:
  Options options_;
  std::optional<Time> last_keyframe_;
  uint32_t frames_since_ = 0;
  bool requested_ = false;
};

}  // namespace sdr::video
