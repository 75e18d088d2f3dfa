// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_path.h"

#include <algorithm>

#include "frames/errc.h"

namespace sdr::frames {
namespace {

constexpr std::size_t kMaxCameraNameBytes = 32;
constexpr std::string_view kLowLayer = "low";

}  // namespace

bool is_camera_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= kMaxCameraNameBytes && name != kLowLayer && std::ranges::all_of(name, allowed);
}

Result<std::string> ring_path(std::string_view base, std::string_view camera, Layer layer) {
  std::string path(base);
  if (!camera.empty()) {
    if (!is_camera_name(camera)) return Error(FramesErrc::kBadName, "camera \"" + std::string(camera) + "\"");
    path.append(".").append(camera);
  }
  if (layer == Layer::kLow) path.append(".").append(kLowLayer);
  return path;
}

}  // namespace sdr::frames
