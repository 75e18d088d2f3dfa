// SPDX-License-Identifier: Apache-2.0
#include "robot/mujoco_model.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "base/log.h"
#include "robot/errc.h"

namespace sdr::robot {
namespace {

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

/// MuJoCo's own handlers write files into the working folder and wait for a key.
void install_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    mju_user_warning = [](const char* text) { log_warning("MuJoCo warns", {{"text", one_line(text)}}); };
    mju_user_error = [](const char* text) {
      log_error("MuJoCo failed", {{"text", one_line(text)}});
      std::abort();  // its contract: the handler does not return
    };
  });
}

}  // namespace

Result<ModelPtr> load_mjcf(const std::filesystem::path& path) {
  install_handlers();
  char error[1024] = "";
  ModelPtr model(mj_loadXML(path.c_str(), nullptr, error, sizeof error));
  if (!model) return Error(Errc::bad_model, path.string() + ": " + one_line(error));
  return model;
}

}  // namespace sdr::robot
