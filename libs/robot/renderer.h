// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "robot/camera_rig.h"
#include "robot/state.h"

// Draws a robot's scene off-screen and reads the picture back, on a GPU or in software, without a display server.
//
// Thread: the one that called create(), for everything, the destructor included. Allocates when size or model change,
// not for a picture. Shadows: MuJoCo's shadow maps cost a software renderer half its speed, so objects throw flat ones,
// projected onto the ground as geometry. An infinite floor, too, costs it more than half of a picture, and is drawn as
// a large one whose end is in fog.

namespace sdr::robot {

struct RenderedPixels {
  uint8_t* bgra = nullptr;  // bottom row first; the renderer's until its next call, to be drawn over till then
  int width = 0, height = 0;
  size_t stride_bytes = 0;
};

struct RenderQuality {
  bool shadows = true;  // flat ones in software, shadow maps on a GPU
  bool multisample = false;
};

class Renderer {
 public:
  /// Asks drivers that draw in software to take textures the quick way; what the user asked of them stands. Once, while
  /// the process has one thread: drivers are asked by its environment.
  static void prefer_quick_textures();

  /// Error: Errc::renderer_missing. `device` as EglContext::create() takes it.
  static Result<std::unique_ptr<Renderer>> create(int device = -1);
  ~Renderer();

  /// Error: Errc::renderer_failed where the buffer cannot be made; the old size is then in force.
  Status resize(int width, int height);
  void set_quality(const RenderQuality& quality);

  /// Error: Errc::renderer_failed.
  Result<RenderedPixels> render(const SceneState& scene, const View& view);

  const std::string& name() const;
  bool software() const;

 private:
  class Impl;
  explicit Renderer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::robot
