// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "robot/description.h"
#include "schema/types.h"
#include "video/picture.h"

// What the event loop tells the render and encode threads, and what these two must know of each other.

namespace sdr::sim {

/// To the render thread.
struct RenderCommand {
  std::optional<std::string> camera;
  double yaw = 0.0, pitch = 0.0, zoom = 1.0;
  std::optional<int> width, height, fps;
};

/// To the encode thread. `done` is called on that thread, with an empty text or what went wrong.
struct EncodeCommand {
  std::optional<std::string> codec;  // as encoder_names() takes it
  std::optional<int64_t> bitrate_bps;
  std::function<void(const std::string&)> done;
};

/// Single values that the two share; each has one writer.
struct StreamShared {
  std::atomic<video::PictureFormat> format{video::PictureFormat::kI420Bt709};  // encode: what pictures it takes
  std::atomic<int> fps{60};                                                    // render: how many it makes
};

/// For metrics and telemetry; made by the event loop, updated by one thread each.
struct StreamStats {
  Histogram* render_us = nullptr;
  Histogram* encode_us = nullptr;
  Histogram* publish_us = nullptr;  // into the ring
  Histogram* age_us = nullptr;      // from the drawn state to the ring
  Counter* frames = nullptr;
  Counter* keyframes = nullptr;
  Counter* bytes = nullptr;
  Counter* dropped = nullptr;  // drawn, but replaced before they were encoded
  Counter* failed = nullptr;   // pictures or frames that were lost to an error
};

}  // namespace sdr::sim
