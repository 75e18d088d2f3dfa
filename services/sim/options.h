// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "bus/login.h"

// The simulator's configuration: configs/sim.toml, the environment, flags (operations.md).

namespace sdr::sim {

struct SimOptions {
  std::string robots_dir = "robots";
  std::string robot = "rover";
  int64_t seed = 1;
  std::string mode = "server";

  int64_t width = 0, height = 0;  // 0: as the renderer affords
  int64_t fps = 60;
  int64_t bitrate_bps = 0;  // 0: as the size asks for
  std::string codec = "auto";
  int64_t egl_device = -1;
  bool timecode = false;
  std::string low_layer = "auto";

  std::string shm_path = "/dev/shm/sdr_os_ipc/frames";
  int64_t shm_bytes = 4 << 20;
  std::string shm_hint;

  std::string nats_url = "nats://127.0.0.1:4222";
  bus::BusLogin bus_login;
  std::string name_space;
  std::string listen = "127.0.0.1:9101";
  std::string run_dir = "run";
  std::string trace_commands;
};

/// Puts the options under their names; the struct must outlive `options`.
void describe(SimOptions& values, Options& options);

/// What single options cannot see: size given by both sides or none, even; the robot's folder. Throws ConfigError.
void check(const SimOptions& values);

}  // namespace sdr::sim
