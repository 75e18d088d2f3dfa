// SPDX-License-Identifier: Apache-2.0
#include "video/keyframe_debouncer.h"

namespace sdr::video {

bool KeyframeDebouncer::next_picture(Time now) {
  if (frames_since_ < UINT32_MAX) ++frames_since_;
  const bool first = !last_keyframe_;
  const Duration since = first ? Duration{} : now - *last_keyframe_;
  const bool allowed = since >= options_.shortest && frames_since_ >= options_.shortest_frames;
  if (!first && !(requested_ && allowed) && since < options_.longest) return false;
  made_keyframe(now);
  return true;
}

void KeyframeDebouncer::made_keyframe(Time now) {
  last_keyframe_ = now;
  frames_since_ = 0;
  requested_ = false;
}

}  // namespace sdr::video
