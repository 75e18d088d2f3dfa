// SPDX-License-Identifier: Apache-2.0
#include "sim/options.h"

#include <algorithm>

#include "robot/description.h"

namespace sdr::sim {

void describe(SimOptions& v, Options& options) {
  options.add("robots_dir", &v.robots_dir, {.help = "folder with a subfolder for each robot"});
  options.add("robot", &v.robot, {.help = "the robot to begin with"});
  options.add("seed", &v.seed, {.help = "of everything random in the simulation", .least = 0, .most = 9e15});
  options.add("mode", &v.mode, {.help = "where the simulation runs", .env = "SIM_MODE", .choices = {"server"}});
  options.add("width", &v.width, {.help = "of the picture; 0: 640, or 1280 on a GPU", .least = 0, .most = 3840});
  options.add("height", &v.height, {.help = "of the picture; 0: 360, or 720 on a GPU", .least = 0, .most = 2160});
  options.add("fps", &v.fps, {.help = "pictures per second", .least = 1, .most = 120});
  options.add("bitrate_bps", &v.bitrate_bps,
              {.help = "of the video; 0: as the size asks for", .least = 0, .most = 1e8});
  options.add("codec", &v.codec,
              {.help = "the codec, or one encoder by FFmpeg's name",
               .choices = {"auto", "h264", "hevc", "jpeg", "libx264", "libx265", "h264_nvenc", "hevc_nvenc",
                           "h264_vaapi", "hevc_vaapi", "mjpeg"}});
  options.add("egl_device", &v.egl_device,
              {.help = "number of the EGL device; -1: the first that works", .least = -1, .most = 15});
  options.add("timecode", &v.timecode,
              {.help = "draw the capture time into the picture's lowest rows, for measurements"});
  options.add("low_layer", &v.low_layer,
              {.help = "a second, smaller encoding for viewers with thin links; auto: while one wants it",
               .choices = {"auto", "on", "off"}});
  options.add("shm_path", &v.shm_path, {.help = "the frame ring", .env = "SDR_SHM_PATH"});
  options.add(
      "shm_size", &v.shm_bytes,
      {.help = "bytes of the frame ring, a multiple of 4096", .env = "SDR_SHM_SIZE", .least = 8192, .most = 1 << 30});
  options.add("shm_hint", &v.shm_hint, {.help = "Unix datagram address to wake a reader at", .env = "SDR_SHM_HINT"});
  options.add("nats_url", &v.nats_url, {.help = "the bus", .env = "SDR_NATS_URL", .secret = true});
  bus::describe(v.bus_login, options);
  options.add("namespace", &v.name_space, {.help = "put before every subject", .env = "SDR_NAMESPACE"});
  options.add("listen", &v.listen, {.help = "address of /health and /metrics"});
  options.add("trace_commands", &v.trace_commands,
              {.help = "file that every command and all that the motors are told is written to; empty: none"});
  options.add("run_dir", &v.run_dir, {.help = "folder for what outlives a crash", .env = "SDR_RUN_DIR"});
}

void check(const SimOptions& v) {
  if ((v.width == 0) != (v.height == 0)) throw ConfigError("width and height: expected both or none");
  if (v.width % 2 != 0 || v.height % 2 != 0) throw ConfigError("width and height: expected even numbers");
  if ((v.width != 0 && v.width < 64) || (v.height != 0 && v.height < 64)) {
    throw ConfigError("width and height: expected at least 64");
  }
  const auto robots = robot::list_robots(v.robots_dir);
  if (std::find(robots.begin(), robots.end(), v.robot) != robots.end()) return;
  std::string known;
  for (const std::string& name : robots) known += (known.empty() ? "" : ", ") + name;
  throw ConfigError("robot: expected one of the folders in " + v.robots_dir + " (" + (known.empty() ? "none" : known) +
                    "), got \"" + v.robot + "\"");
}

}  // namespace sdr::sim
