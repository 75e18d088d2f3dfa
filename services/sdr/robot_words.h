// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "schema/types.h"

// Why the robot stopped, in words: what `sdr up` says of `telemetry.safety.state`. Pure.

namespace sdr::command {

struct RobotChange {
  std::string text;
  bool stopped = false;
};

/// What is worth a line when the state went from one to the other: that it stopped and why, and that it moves again.
/// Nothing for the coming and going of an operator who merely rests (HOLD, idle).
std::optional<RobotChange> describe_change(const std::optional<schema::SafetyState>& before,
                                           const schema::SafetyState& now);

}  // namespace sdr::command
