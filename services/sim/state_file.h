// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "safety/robot_side.h"

// The safety state that outlives the process: an emergency stop is in force again when a crashed robot side comes back.
// A fresh `sdr up` removes the file. Written anew and put in place by rename, so that it is whole at any moment.
//
// Thread: any, one at a time.

namespace sdr::sim {

/// Nothing where there is no file. A file that cannot be read or understood is an error, which the caller takes for an
/// emergency stop: what it said is not known.
Result<std::optional<safety::SavedState>> load_state(const std::filesystem::path& path);

Status save_state(const std::filesystem::path& path, const safety::SavedState& state);

}  // namespace sdr::sim
