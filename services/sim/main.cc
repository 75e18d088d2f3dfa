// SPDX-License-Identifier: Apache-2.0
#include "base/service.h"
#include "robot/renderer.h"
#include "sim/options.h"
#include "sim/service.h"

int main(int argc, char** argv) {
  sdr::robot::Renderer::prefer_quick_textures();
  sdr::sim::SimOptions options;
  return sdr::run_service(
      "sdr-sim", argc, argv, [&](sdr::Options& described) { describe(options, described); },
      [&](sdr::EventLoop& loop) {
        sdr::sim::check(options);
        sdr::sim::SimService(loop, options).run();
      });
}
