// SPDX-License-Identifier: Apache-2.0
#include "sim/render_thread.h"

#include <algorithm>

#include "base/log.h"
#include "base/scheduling.h"
#include "base/service.h"
#include "sim/timecode.h"
#include "sim/wake.h"
#include "video/convert.h"

namespace sdr::sim {
namespace {

constexpr int kWarmUpFrames = 10;  // whose times say nothing: shaders are compiled, textures loaded
constexpr int kSlowSeconds = 4;    // in a row, before quality is lowered
constexpr int kFastSeconds = 10;   // in a row, before a step is taken back
constexpr double kFast = 0.55;     // of the interval: leaves room for the step that is taken back
constexpr int kLowestHeight = 180;
constexpr double kLowerBy = 0.8;  // of each side

double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

int even(double side) { return 2 * static_cast<int>(side / 2.0); }

}  // namespace

RenderThread::RenderThread(RenderOptions options, PhysicsThread& physics, StreamShared& shared, StreamStats stats,
                           std::function<void()> picture_ready, std::function<void(std::string)> failed)
    : options_(options),
      physics_(physics),
      shared_(shared),
      stats_(stats),
      picture_ready_(std::move(picture_ready)),
      failed_(std::move(failed)),
      fps_(options.fps) {}

RenderThread::~RenderThread() { stop(); }

void RenderThread::start() {
  thread_ = std::thread([this] { run(); });
}

void RenderThread::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

std::optional<RenderInfo> RenderThread::info() const {
  const std::lock_guard lock(info_mutex_);
  return info_;
}

std::string RenderThread::camera() const {
  const std::lock_guard lock(info_mutex_);
  return camera_name_;
}

bool RenderThread::has_camera(std::string_view name) const {
  const std::lock_guard lock(info_mutex_);
  return std::find(camera_names_.begin(), camera_names_.end(), name) != camera_names_.end();
}

void RenderThread::run() {
  name_thread("sim-render");
  ask_for_long_turns();
  Status status = prepare();
  Time next = std::chrono::steady_clock::now(), before = next;
  while (status && !stopping_.load()) {
    take_commands();
    const Time now = std::chrono::steady_clock::now();
    status = draw(std::chrono::duration<double>(now - before).count());
    before = now;
    const Duration interval = std::chrono::nanoseconds(1'000'000'000 / fps_);
    next = std::max(next + interval, std::chrono::steady_clock::now() - interval);
    sleep_until(next);
  }
  renderer_.reset();  // its context belongs to this thread
  if (!status) failed_(status.error().message());
}

Status RenderThread::prepare() {
  Result<std::unique_ptr<robot::Renderer>> renderer = robot::Renderer::create(options_.egl_device);
  if (!renderer) return renderer.error();
  renderer_ = std::move(*renderer);
  const bool software = renderer_->software();
  const int width = options_.width != 0 ? options_.width : software ? 640 : 1280;
  const int height = options_.height != 0 ? options_.height : software ? 360 : 720;
  renderer_->set_quality({.shadows = true, .multisample = !software});
  full_width_ = width;
  full_height_ = height;
  return resize(width, height);
}

Status RenderThread::resize(int width, int height) {
  SDR_TRY(renderer_->resize(width, height));
  width_ = width;
  height_ = height;
  judged_frames_ = -kWarmUpFrames;
  judged_ms_ = 0.0;
  slow_seconds_ = fast_seconds_ = 0;
  return {};
}

void RenderThread::take_commands() {
  while (std::optional<RenderCommand> command = commands_.try_pop()) {
    if (command->camera) rig_.select(*command->camera);
    rig_.turn(command->yaw, command->pitch, command->zoom);
    if (command->fps) fps_ = *command->fps;
    if (command->width && command->height) {
      full_width_ = *command->width;
      full_height_ = *command->height;
      if (const Status resized = resize(*command->width, *command->height); !resized) {
        log_error("The picture keeps its size", {{"reason", resized.error().message()}});
        stats_.failed->add();
      }
    }
    shared_.fps.store(fps_);
    publish_info();
  }
}

Status RenderThread::draw(double dt_s) {
  const Time begin = std::chrono::steady_clock::now();
  physics_.scenes().take();
  const robot::SceneState& scene = physics_.scenes().front();
  if (!scene.model) return {};  // physics has not begun
  if (scene.model.get() != model_) {
    model_ = scene.model.get();
    rig_.set_robot(robot::description_of(*scene.model));
    judged_frames_ = -kWarmUpFrames;
    publish_info();
  }
  if (const uint64_t jumps = physics_.jumps(); jumps != jumps_seen_) {
    jumps_seen_ = jumps;
    rig_.jump();
  }
  Result<robot::RenderedPixels> pixels = renderer_->render(scene, rig_.update(scene.base, dt_s));
  if (!pixels) return pixels.error();
  if (options_.timecode) {
    draw_timecode(pixels->bgra, pixels->width, pixels->height, pixels->stride_bytes,
                  static_cast<uint32_t>(scene.capture_realtime_us));
  }
  video::Picture& picture = pictures_.back();
  SDR_TRY(video::convert({.pixels = pixels->bgra,
                          .width = pixels->width,
                          .height = pixels->height,
                          .stride_bytes = pixels->stride_bytes,
                          .order = video::PixelOrder::kBgra,
                          .rows = video::RowOrder::kBottomUp},
                         shared_.format.load(), picture));
  picture.frame_id = ++frame_id_;
  picture.capture_realtime_us = scene.capture_realtime_us;
  if (pictures_.publish()) stats_.dropped->add();
  picture_ready_();
  const double ms = milliseconds(std::chrono::steady_clock::now() - begin);
  stats_.render_us->observe_us(1000.0 * ms);
  judge(ms);
  return {};
}

/// Once a second: do pictures take longer than there is time for?
void RenderThread::judge(double ms) {
  if (++judged_frames_ <= 0) return;
  judged_ms_ += ms;
  if (judged_frames_ < fps_) return;
  const double mean = judged_ms_ / judged_frames_;
  const bool first = !info().has_value();
  judged_frames_ = 0;
  judged_ms_ = 0.0;
  if (first) {
    {
      const std::lock_guard lock(info_mutex_);
      info_ = RenderInfo{renderer_->name(), renderer_->software(), width_, height_, mean};
    }
    log_info("Renderer", {{"renderer", renderer_->name()},
                          {"software", renderer_->software()},
                          {"width", width_},
                          {"height", height_},
                          {"fps", fps_},
                          {"ms_per_frame", mean}});
  }
  const double interval_ms = 1000.0 / fps_;
  slow_seconds_ = mean > interval_ms ? slow_seconds_ + 1 : 0;
  fast_seconds_ = mean < kFast * interval_ms ? fast_seconds_ + 1 : 0;
  if (slow_seconds_ >= kSlowSeconds) lower();
  if (fast_seconds_ >= kFastSeconds) raise();
}

/// Takes back one step of lower().
void RenderThread::raise() {
  fast_seconds_ = 0;
  if (height_ < full_height_) {
    const int width = std::min(full_width_, even(width_ / kLowerBy + 1.0));
    const int height = std::min(full_height_, even(height_ / kLowerBy + 1.0));
    if (!resize(width, height)) return;
    log_info("There is time again: larger pictures", {{"width", width_}, {"height", height_}});
    publish_info();
  } else if (!shadows_) {
    shadows_ = true;
    renderer_->set_quality({.shadows = true, .multisample = !renderer_->software()});
    judged_frames_ = -kWarmUpFrames;
    log_info("There is time again: shadows", {{"width", width_}, {"height", height_}});
  }
}

void RenderThread::lower() {
  if (shadows_) {
    shadows_ = false;
    renderer_->set_quality({.shadows = false, .multisample = false});
    log_warning("Pictures take too long: shadows are left out",
                {{"width", width_}, {"height", height_}, {"fps", fps_}});
    slow_seconds_ = 0;
    judged_frames_ = -kWarmUpFrames;
    return;
  }
  const int width = even(width_ * kLowerBy), height = even(height_ * kLowerBy);
  slow_seconds_ = 0;
  if (height < kLowestHeight || !resize(width, height)) return;
  log_warning("Pictures take too long: they get smaller", {{"width", width_}, {"height", height_}, {"fps", fps_}});
  publish_info();
}

void RenderThread::publish_info() {
  const std::lock_guard lock(info_mutex_);
  camera_name_ = rig_.current();
  camera_names_ = rig_.names();
  if (info_) {
    info_->width = width_;
    info_->height = height_;
  }
}

}  // namespace sdr::sim
