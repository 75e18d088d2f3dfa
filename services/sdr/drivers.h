// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

// What drivers and programs of this machine do when they are tried: each in a process of its own (sdr-probe), since a
// broken driver crashes or hangs. Thread: main's; takes seconds.

namespace sdr::command {

struct RendererTrial {
  bool works = false, software = false;
  std::string name;  ///< as OpenGL names it
  std::string why_not;
};

struct EncoderTrial {
  bool works = false;
  std::string name = {};   ///< as FFmpeg names it
  std::string codec = {};  ///< "h264", "hevc", "jpeg"
  std::string why_not = {};
  double ms_per_frame = 0;
};

/// `probe` is the program's path.
RendererTrial try_renderer(const std::string& probe);
std::vector<EncoderTrial> try_encoders(const std::string& probe);

/// As the process that asked for it ends: 0 it encodes, 1 it is unavailable, 2 there is no CUDA.
struct NvencTrial {
  int exit_code = 2;
  std::string text;
};
NvencTrial try_nvenc(const std::string& probe);

/// "2.9.10", or empty.
std::string nats_version();

}  // namespace sdr::command
