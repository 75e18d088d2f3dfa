// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/queue.h"
#include "robot/renderer.h"
#include "sim/physics_thread.h"
#include "sim/stream_control.h"
#include "video/picture.h"

// The render thread: at its rate, draws the newest state of the physics as the camera sees it, and leaves the picture,
// converted for the encoder, in a slot that holds the newest only. Waits for neither neighbour.
//
// Where a picture takes longer than its interval it lowers the quality step by step (shadows, then the size) and says
// so. Thread: the constructor's and start() and send() on the event loop's; the OpenGL context lives inside the thread.

namespace sdr::sim {

struct RenderOptions {
  int width = 0, height = 0;  // 0: 640x360, or 1280x720 on a GPU
  int fps = 60;
  int egl_device = -1;
  bool timecode = false;
};

/// What the renderer turned out to be, once it has drawn.
struct RenderInfo {
  std::string name;
  bool software = false;
  int width = 0, height = 0;
  double ms_per_frame = 0.0;
};

class RenderThread {
 public:
  /// `picture_ready` is called on the render thread after each picture; `failed`, once, where there is no renderer or
  /// it broke: the service cannot do its work.
  RenderThread(RenderOptions options, PhysicsThread& physics, StreamShared& shared, StreamStats stats,
               std::function<void()> picture_ready, std::function<void(std::string)> failed);
  ~RenderThread();
  void start();
  void stop();

  [[nodiscard]] bool send(RenderCommand&& command) { return commands_.try_push(std::move(command)); }

  /// For the encode thread alone.
  LatestSlot<video::Picture>& pictures() { return pictures_; }
  /// Any thread; nothing before the first pictures.
  std::optional<RenderInfo> info() const;
  std::string camera() const;
  bool has_camera(std::string_view name) const;

 private:
  void run();
  Status prepare();
  void take_commands();
  Status draw(double dt_s);
  Status resize(int width, int height);
  void judge(double ms);
  void lower();
  void raise();
  void publish_info();

  const RenderOptions options_;
  PhysicsThread& physics_;
  StreamShared& shared_;
  const StreamStats stats_;
  const std::function<void()> picture_ready_;
  const std::function<void(std::string)> failed_;
  SpscQueue<RenderCommand> commands_{64};
  LatestSlot<video::Picture> pictures_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;

  mutable std::mutex info_mutex_;  // start, changes of camera and size; never per picture
  std::optional<RenderInfo> info_;
  std::string camera_name_;
  std::vector<std::string> camera_names_;

  // The render thread's own.
  std::unique_ptr<robot::Renderer> renderer_;
  robot::CameraRig rig_;
  const void* model_ = nullptr;
  uint64_t jumps_seen_ = 0;
  uint64_t frame_id_ = 0;
  int width_ = 0, height_ = 0, fps_ = 60;
  bool shadows_ = true;
  int judged_frames_ = 0;
  double judged_ms_ = 0.0;
  int slow_seconds_ = 0, fast_seconds_ = 0;
  int full_width_ = 0, full_height_ = 0;  // as asked for, before anything was lowered
};

}  // namespace sdr::sim
