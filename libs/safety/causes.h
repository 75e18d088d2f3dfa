// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>

#include "base/clock.h"
#include "schema/types.h"

// Everything that stops the robot, in one table: what each cause does and what ends it. RobotSide acts by this table
// and its tests walk through it row by row. Times as safety.md gives them.

namespace sdr::safety {

using schema::Mode;
using schema::SafetyReason;

inline constexpr Duration kDecay =
    std::chrono::milliseconds(150);  // in HOLD the twist is at zero after this; promised are 250 ms in all
inline constexpr Duration kBriefHold = std::chrono::seconds(1);  // a cause that lasted less needs no zero twist
inline constexpr Duration kBreakOff = std::chrono::seconds(2);   // no command for this long after one that moved: ESTOP
inline constexpr Duration kGateWindow =
    std::chrono::seconds(10);  // the gate closing kGateStrikes times within it: ESTOP
inline constexpr size_t kGateStrikes = 3;
inline constexpr Duration kGateClosesAfter = std::chrono::seconds(1);  // the transport's gate: age of the newest frame
inline constexpr Duration kGateStopsAfter = std::chrono::seconds(5);

/// How a cause ends.
enum class Ends {
  with_condition,  // it lasts until its end is reported
  with_twist,      // it lasts until a twist with authority comes
  at_once,         // a moment; the mode that it led to stays
};

struct Cause {
  SafetyReason reason;
  Mode effect;
  Ends ends;
  /// Whether HOLD is left only after a zero twist, unless the cause lasted less than kBriefHold.
  bool asks_zero_twist;
};

inline constexpr std::array kCauses = {
    Cause{SafetyReason::idle, Mode::hold, Ends::with_twist, false},
    Cause{SafetyReason::twist_expired, Mode::hold, Ends::with_twist, true},
    Cause{SafetyReason::video_gate, Mode::hold, Ends::with_condition, true},
    Cause{SafetyReason::bus_lost, Mode::hold, Ends::with_condition, true},
    Cause{SafetyReason::estop_command, Mode::estop, Ends::at_once, true},
    Cause{SafetyReason::commands_broke_off, Mode::estop, Ends::at_once, true},
    Cause{SafetyReason::video_gate_repeated, Mode::estop, Ends::at_once, true},
    Cause{SafetyReason::emergency_stop, Mode::estop, Ends::with_condition, true},
    Cause{SafetyReason::fall, Mode::estop, Ends::with_condition, true},
    Cause{SafetyReason::joint_limit, Mode::estop, Ends::with_condition, true},
    Cause{SafetyReason::non_finite_state, Mode::estop, Ends::with_condition, true},
};

/// Nothing for a reason that stops nothing by itself (commanded, release_stick, estop_cleared).
constexpr const Cause* find_cause(SafetyReason reason) {
  for (const Cause& cause : kCauses) {
    if (cause.reason == reason) return &cause;
  }
  return nullptr;
}

}  // namespace sdr::safety
