// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "safety/command_check.h"
#include "schema/limits.h"
#include "transport/rate.h"

namespace sdr::transport {

/// Which of a client's commands came over its data channels, and are answered there.
struct ChannelCommands {
  bool control = false;  // the newest twist or gamepad state did
  std::array<uint64_t, 2 * schema::kCommandQueueMax> sequences{};
  size_t next = 0;

  void note(uint64_t sequence) { sequences[next++ % sequences.size()] = sequence; }
  bool holds(uint64_t sequence) const {
    return std::find(sequences.begin(), sequences.begin() + std::min(next, sequences.size()), sequence) !=
           sequences.begin() + std::min(next, sequences.size());
  }
};

/// What is remembered of one client's commands; part of Commander.
struct CommandState {
  safety::SequenceCheck sequences;
  RateLimit commands{schema::kCommandsPerSecondMax};
  RateLimit twists{schema::kCommandsPerSecondMax};
  RateLimit gamepads{schema::kCommandsPerSecondMax};
  uint32_t in_this_read = 0;  // commands that arrived together
  ChannelCommands by_channel;
};

}  // namespace sdr::transport
