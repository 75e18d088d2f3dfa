// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "transport/camera.h"
#include "transport/options.h"

// The cameras that viewers ask for: the first one, `frames`, is always open (its age decides about driving); another
// one, `frames.NAME`, is opened when somebody asks for it and its ring is there, and closed after half a minute without
// viewers.
//
// Thread: the loop's. Bounds: 8 cameras, each with one thread.

namespace sdr::transport {

class Cameras {
 public:
  static constexpr size_t kCamerasMax = 8;

  Cameras(EventLoop& loop, Registry& registry, const TransportOptions& options, Camera::Hooks hooks);

  Camera& first() { return *cameras_.front(); }
  const Camera& first() const { return *cameras_.front(); }
  /// The camera of that name; empty is the first. Nothing where there is no such ring, or too many are open.
  Camera* find_or_open(std::string_view name);
  Camera* find(std::string_view name);
  /// A camera on the lower layer's ring of one of them, for who follows that.
  std::unique_ptr<Camera> make_low(const Camera& of, Camera::Hooks hooks);
  const std::vector<std::unique_ptr<Camera>>& all() const { return cameras_; }
  /// Once in a while: closes those that nobody has watched for long.
  void close_unwatched(Time now);
  /// Brings the counters of the rings' threads into the metrics.
  void export_metrics();

 private:
  Camera& open(std::string name);
  std::unique_ptr<Camera> make(std::string name, const std::string& path, Camera::Hooks hooks);

  EventLoop& loop_;
  Registry& registry_;
  const TransportOptions options_;
  const Camera::Hooks hooks_;
  std::vector<std::unique_ptr<Camera>> cameras_;
};

/// `[a-z0-9_-]{1,32}` (stream.md), and not the name of a layer (frames.md).
bool is_camera_name(std::string_view name);

}  // namespace sdr::transport
