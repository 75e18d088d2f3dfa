// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/clock.h"

// That a peer needs a keyframe: asked for at once, again each half second until one was sent, since a request can be
// lost as well as a picture, and at most that often whatever the peer says.
//
// Thread: one. Pure.

namespace sdr::rtc {

class KeyframeWish {
 public:
  static constexpr Duration kAgain = std::chrono::milliseconds(500);

  void want() { wanted_ = true; }
  void fulfilled(Time now) {
    wanted_ = false;
    fulfilled_ = now;
  }
  /// True when it is time to ask.
  bool take(Time now) {
    if (!wanted_ || now < next_) return false;
    next_ = now + kAgain;
    return true;
  }
  Time next_time() const { return wanted_ ? next_ : Time::max(); }
  /// When the peer's last keyframe left.
  std::optional<Time> fulfilled() const { return fulfilled_; }

 private:
  bool wanted_ = false;
  Time next_{};
  std::optional<Time> fulfilled_;
};

}  // namespace sdr::rtc
