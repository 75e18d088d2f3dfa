// SPDX-License-Identifier: Apache-2.0
#include "transport/cameras.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/log.h"
#include "schema/read.h"

namespace sdr::transport {
namespace {

constexpr auto kCloseAfter = std::chrono::seconds(30);

bool ring_exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

bool is_camera_name(std::string_view name) { return schema::is_name(name) && name != "low"; }

Cameras::Cameras(EventLoop& loop, Registry& registry, const TransportOptions& options, Camera::Hooks hooks)
    : loop_(loop), registry_(registry), options_(options), hooks_(std::move(hooks)) {
  open("");
}

Camera& Cameras::open(std::string name) {
  const std::string path = options_.shm_path + (name.empty() ? "" : "." + name);
  cameras_.push_back(make(std::move(name), path, hooks_));
  return *cameras_.back();
}

std::unique_ptr<Camera> Cameras::make_low(const Camera& of, Camera::Hooks hooks) {
  const std::string path = options_.shm_path + (of.name().empty() ? "" : "." + of.name()) + ".low";
  return make(of.name(), path, std::move(hooks));
}

std::unique_ptr<Camera> Cameras::make(std::string name, const std::string& path, Camera::Hooks hooks) {
  CameraOptions options;
  options.name = std::move(name);
  options.source.path = path;
  options.source.check_crc = options_.crc_enabled;
  options.source.payload_max = static_cast<size_t>(options_.frame_bytes_max);
  options.backlog_max = std::chrono::milliseconds(options_.backlog_ms);
  const CameraMetrics metrics = {
      registry_.histogram("forward_latency_us", "From the notice of a frame in the ring to a viewer's socket"),
      registry_.counter("frames_sent_total", "Frames given to viewers' sockets"),
      registry_.counter("video_bytes_sent_total", "Bytes of video given to viewers' sockets"),
      registry_.counter("frames_dropped_total", "Frames that viewers missed because they were behind"),
      registry_.counter("keyframe_requests_total", "Keyframes asked for, after coalescing"),
  };
  return std::make_unique<Camera>(loop_, std::move(options), metrics, std::move(hooks));
}

Camera* Cameras::find(std::string_view name) {
  const auto found =
      std::find_if(cameras_.begin(), cameras_.end(), [name](const auto& camera) { return camera->name() == name; });
  return found == cameras_.end() ? nullptr : found->get();
}

Camera* Cameras::find_or_open(std::string_view name) {
  if (Camera* const known = find(name); known != nullptr) return known;
  if (!is_camera_name(name) || cameras_.size() >= kCamerasMax) return nullptr;
  if (!ring_exists(options_.shm_path + "." + std::string(name))) return nullptr;
  log_info("camera opened", {{"camera", name}});
  return &open(std::string(name));
}

void Cameras::close_unwatched(Time now) {
  std::erase_if(cameras_, [&](const std::unique_ptr<Camera>& camera) {
    return camera != cameras_.front() && camera->unwatched_since() && now - *camera->unwatched_since() > kCloseAfter;
  });
}

void Cameras::export_metrics() {
  uint64_t laps = 0, corrupt = 0, skipped = 0, dropped = 0, depth = 0;
  for (const auto& camera : cameras_) {
    const frames::RingReaderCounters& counters = camera->source().counters();
    laps += counters.laps.load();
    corrupt += counters.corrupt.load();
    skipped += counters.frames_skipped.load();
    dropped += camera->source().dropped();
    depth += camera->source().backlog();
  }
  const auto gauge = [this](const char* name, const char* help, uint64_t value) {
    registry_.gauge(name, help).set(static_cast<double>(value));
  };
  gauge("shm_laps", "Times that the writer overtook the ring's reader", laps);
  gauge("shm_corrupt", "Times that what stood in the ring was no frame", corrupt);
  gauge("shm_frames_skipped", "Frames committed to the ring that were never read", skipped);
  gauge("frames_dropped_in", "Frames dropped between the ring and the loop", dropped);
  gauge("shm_queue_depth", "Frames between the ring's thread and the loop", depth);
  gauge("shm_sequence_number", "Frames ever committed to the first camera's ring", first().source().sequence_number());
}

}  // namespace sdr::transport
