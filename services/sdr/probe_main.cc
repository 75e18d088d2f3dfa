// SPDX-License-Identifier: Apache-2.0
// sdr-probe: one trial of a driver per process, so that a driver that crashes takes nothing with it. Asked by
// `sdr doctor`; the answer is the last line of standard output.

#include <dlfcn.h>

#include <cstdio>
#include <set>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "robot/egl_context.h"
#include "video/probe.h"

namespace {

using sdr::JsonWriter;

constexpr sdr::video::EncoderSettings kTrial{.width = 640, .height = 360, .fps = 60};
constexpr int kEncodes = 0, kUnavailable = 1, kNoCuda = 2;

void print(const std::string& text) { std::printf("\n%s\n", text.c_str()); }

int try_renderer() {
  const auto context = sdr::robot::EglContext::create();
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("works", context.ok());
  json.member("name", context.ok() ? (*context)->renderer() : "");
  json.member("software", context.ok() && (*context)->software());
  json.member("why_not", context.ok() ? "" : context.error().message());
  json.end_object();
  print(text);
  return 0;
}

// Each once, in the order in which they are tried.
int print_encoder_names() {
  std::set<std::string_view> printed;
  for (const char* wish : {"h264", "hevc", "jpeg"}) {
    for (const std::string_view name : sdr::video::encoder_names(wish)) {
      if (printed.insert(name).second) std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    }
  }
  return 0;
}

int try_encoder(std::string_view name) {
  const sdr::video::ProbeResult result = sdr::video::probe_encoder(name, kTrial);
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("works", result.works);
  json.member("codec", sdr::video::name_of(result.codec));
  json.member("ms_per_frame", result.ms_per_frame);
  json.member("why_not", result.why_not);
  json.end_object();
  print(text);
  return 0;
}

// Through the driver library, as FFmpeg does it: nothing of CUDA is needed to build this.
bool has_cuda() {
  void* library = ::dlopen("libcuda.so.1", RTLD_NOW);
  if (library == nullptr) return false;
  const auto init = reinterpret_cast<int (*)(unsigned)>(::dlsym(library, "cuInit"));
  const auto count_devices = reinterpret_cast<int (*)(int*)>(::dlsym(library, "cuDeviceGetCount"));
  int count = 0;
  return init != nullptr && count_devices != nullptr && init(0) == 0 && count_devices(&count) == 0 && count > 0;
}

int try_nvenc() {
  if (!has_cuda()) {
    print("no CUDA: no driver library, or no device");
    return kNoCuda;
  }
  const sdr::video::ProbeResult result = sdr::video::probe_encoder("h264_nvenc", kTrial);
  print(result.works ? "h264_nvenc encodes" : "h264_nvenc is unavailable: " + result.why_not);
  return result.works ? kEncodes : kUnavailable;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view question = argc > 1 ? argv[1] : "";
  if (question == "renderer") return try_renderer();
  if (question == "encoder-names") return print_encoder_names();
  if (question == "encoder" && argc > 2) return try_encoder(argv[2]);
  if (question == "nvenc") return try_nvenc();
  std::fputs("usage: sdr-probe renderer | encoder-names | encoder NAME | nvenc\n", stderr);
  return 2;
}
