// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

// Which file carries which camera: the first camera's ring is the configured path itself, a second camera's is
// `PATH.NAME`, and a lower encoding layer of either has `.low` behind that. One place decides, so that simulator and
// transport agree. Thread: any.

namespace sdr::frames {

inline constexpr std::string_view kDefaultRingPath = "/dev/shm/sdr_os_ipc/frames";

enum class Layer { kFull, kLow };

/// 1 to 32 of a-z, 0-9, '_', '-', and not "low".
bool is_camera_name(std::string_view name);

/// The ring of a camera (empty: the first one). Error: kBadName.
Result<std::string> ring_path(std::string_view base, std::string_view camera, Layer layer = Layer::kFull);

}  // namespace sdr::frames
