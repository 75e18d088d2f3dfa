// SPDX-License-Identifier: Apache-2.0
// How fast pictures come, beside MuJoCo's own renderer in the same run: its samples' loop of mjv_updateScene,
// mjr_render and mjr_readPixels on the same model, size and machine (without multisampling and shadow maps, as ours);
// and how many times faster than real time the physics goes.

#include <mujoco/mujoco.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "bench/common/flags.h"
#include "robot/egl_context.h"
#include "robot/renderer.h"
#include "robot/robot.h"
#include "video/convert.h"

namespace {

using namespace sdr;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Pictures per second of a function that makes one, the best of rounds that take turns with the other's.
struct Rate {
  std::function<void()> draw;
  double best = 0.0;

  void round(double seconds) {
    const double begin = now_s();
    int count = 0;
    for (; now_s() - begin < seconds; ++count) draw();
    best = std::max(best, count / (now_s() - begin));
  }
};

/// MuJoCo's renderer as its samples use it; its context is current on this thread already.
class Peer {
 public:
  Peer(const std::string& path, int width, int height) : width_(width), height_(height) {
    char error[1000] = "";
    model_ = mj_loadXML(path.c_str(), nullptr, error, sizeof error);
    if (model_ == nullptr) {
      std::fprintf(stderr, "%s\n", error);
      std::exit(1);
    }
    data_ = mj_makeData(model_);
    for (int i = 0; i < 100; ++i) mj_step(model_, data_);
    model_->vis.global.offwidth = width;
    model_->vis.global.offheight = height;
    model_->vis.quality.offsamples = 0;
    model_->vis.quality.shadowsize = 0;
    mjv_defaultCamera(&camera_);
    mjv_defaultOption(&option_);
    mjv_defaultScene(&scene_);
    mjr_defaultContext(&context_);
    mjv_makeScene(model_, &scene_, 2000);
    mjr_makeContext(model_, &context_, mjFONTSCALE_100);
    mjr_setBuffer(mjFB_OFFSCREEN, &context_);
    scene_.flags[mjRND_SHADOW] = scene_.flags[mjRND_REFLECTION] = 0;
    camera_.distance = 1.75;
    camera_.azimuth = 40;
    camera_.elevation = -20;
    pixels_.resize(3 * static_cast<size_t>(width) * static_cast<size_t>(height));
  }

  void draw() {
    mjr_setBuffer(mjFB_OFFSCREEN, &context_);
    mjv_updateScene(model_, data_, &option_, nullptr, &camera_, mjCAT_ALL, &scene_);
    mjr_render({0, 0, width_, height_}, &scene_, &context_);
    mjr_readPixels(pixels_.data(), nullptr, {0, 0, width_, height_}, &context_);
  }

 private:
  const int width_, height_;
  mjModel* model_ = nullptr;
  mjData* data_ = nullptr;
  mjvCamera camera_;
  mjvOption option_;
  mjvScene scene_;
  mjrContext context_;
  std::vector<unsigned char> pixels_;
};

/// Simulated over real time, of one robot driven about, on one core.
double physics_factor(robot::Robot& robot, double seconds) {
  robot.set_motion({.twist = {{0.3, 0.0, 0.0}, {0.0, 0.0, 0.5}}});
  const double begin = now_s();
  double simulated = 0.0;
  while (now_s() - begin < seconds) {
    for (int i = 0; i < 100; ++i) robot.step();
    simulated += 100 * robot.time_step_s();
  }
  return simulated / (now_s() - begin);
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "rover";
  int width = 640, height = 360;
  double seconds = 8;
  bench::Flags flags("sim");
  flags.add("robot", &name, {.help = "of robots/"});
  flags.add("width", &width, {.help = "of the picture", .least = 16, .most = 4096});
  flags.add("height", &height, {.help = "of the picture", .least = 16, .most = 4096});
  flags.add("seconds", &seconds, {.help = "of drawing", .least = 1, .most = 600});
  flags.read(argc, argv);
  robot::Renderer::prefer_quick_textures();  // the peer's are then as quick
  auto robot = robot::Robot::load(std::string(SDR_ROBOTS_DIR) + "/" + name, 1);
  auto renderer = robot::Renderer::create();
  if (!robot || !renderer || !(*renderer)->resize(width, height)) {
    std::fprintf(stderr, "%s\n", (!robot ? robot.error() : renderer.error()).message().c_str());
    return 1;
  }
  robot::SceneState scene;
  (*robot)->snapshot(scene);
  robot::CameraRig rig;
  rig.set_robot((*robot)->description());
  video::Picture picture;
  Rate bare{.draw = [&] { (void)(*renderer)->render(scene, rig.update(scene.base, 0.016)); }};
  Rate whole{.draw = [&] {
    const auto pixels = (*renderer)->render(scene, rig.update(scene.base, 0.016));
    (void)video::convert(
        {pixels->bgra, width, height, pixels->stride_bytes, video::PixelOrder::kBgra, video::RowOrder::kBottomUp},
        video::PictureFormat::kI420Bt709, picture);
  }};
  Peer peer_renderer((*robot)->description().model, width, height);
  Rate peer{.draw = [&] { peer_renderer.draw(); }};
  constexpr int kRounds = 4;
  for (int i = 0; i < kRounds; ++i) {
    for (Rate* rate : {&peer, &bare, &whole}) rate->round(seconds / (3 * kRounds));
  }
  const double factor = physics_factor(**robot, 1.0);
  std::printf("%s, %dx%d, %s\n", name.c_str(), width, height, (*renderer)->name().c_str());
  std::printf("  render and read back   %7.1f pictures/s, with shadows\n", bare.best);
  std::printf("  ... and convert        %7.1f pictures/s\n", whole.best);
  std::printf("  MuJoCo's own           %7.1f pictures/s, without shadows\n", peer.best);
  std::printf("  ours / MuJoCo's        %7.2f\n", bare.best / peer.best);
  std::printf("  physics                %7.1f times real time, one core\n", factor);
  std::printf(
      "{\"bench\":\"sim\",\"robot\":\"%s\",\"width\":%d,\"height\":%d,\"fps\":%.1f,\"fps_converted\":%.1f,"
      "\"peer_fps\":%.1f,\"ratio\":%.3f,\"physics_factor\":%.1f}\n",
      name.c_str(), width, height, bare.best, whole.best, peer.best, bare.best / peer.best, factor);
  return 0;
}
