// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "safety/command_check.h"
#include "schema/limits.h"
#include "transport/rate.h"

namespace sdr::transport {

/// What is remembered of one client's commands; part of Client.
struct CommandState {
  safety::SequenceCheck sequences;
  RateLimit commands{schema::kCommandsPerSecondMax};
  RateLimit twists{schema::kCommandsPerSecondMax};
  RateLimit gamepads{schema::kCommandsPerSecondMax};
  uint32_t in_this_read = 0;  // commands that arrived together
};

}  // namespace sdr::transport
