// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "schema/types.h"

// The robots that can be loaded, as telemetry.robot.list tells them.

namespace sdr::sim {

/// All whose description is sound; one that is not is left out, and logged.
schema::RobotList read_robot_list(const std::filesystem::path& robots_dir);

}  // namespace sdr::sim
