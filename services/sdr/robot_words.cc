// SPDX-License-Identifier: Apache-2.0
#include "sdr/robot_words.h"

namespace sdr::command {
namespace {

using schema::Mode, schema::SafetyReason, schema::SafetyState;

const char* words_of(SafetyReason reason) {
  switch (reason) {
    case SafetyReason::commanded:
      return "commands are followed";
    case SafetyReason::idle:
      return "nobody drives";
    case SafetyReason::release_stick:
      return "waiting for the stick to be let go";
    case SafetyReason::twist_expired:
      return "no fresh command came in time";
    case SafetyReason::video_gate:
      return "the picture is too old to drive by";
    case SafetyReason::bus_lost:
      return "the bus was lost";
    case SafetyReason::estop_cleared:
      return "the emergency stop was cleared";
    case SafetyReason::estop_command:
      return "someone pressed E-STOP";
    case SafetyReason::commands_broke_off:
      return "the operator's commands broke off";
    case SafetyReason::video_gate_repeated:
      return "the picture failed again and again";
    case SafetyReason::emergency_stop:
      return "the emergency stop is pressed";
    case SafetyReason::fall:
      return "it fell";
    case SafetyReason::joint_limit:
      return "a joint went beyond its limit";
    case SafetyReason::non_finite_state:
      return "its state is no longer a number";
  }
  return "for a reason unknown here";
}

// HOLD as a part of ordinary driving: nobody wants to read of each time the keys are let go.
bool is_rest(const SafetyState& state) {
  if (state.mode != Mode::hold) return false;
  return state.reason == SafetyReason::idle || state.reason == SafetyReason::release_stick ||
         state.reason == SafetyReason::estop_cleared;
}

std::string reason_of(const SafetyState& state) {
  std::string text = words_of(state.reason);
  if (state.detail && !state.detail->empty()) text += " (" + *state.detail + ")";
  return text;
}

}  // namespace

std::optional<RobotChange> describe_change(const std::optional<SafetyState>& before, const SafetyState& now) {
  if (before && before->mode == now.mode && before->reason == now.reason) return std::nullopt;
  const bool was_stopped = before && before->mode != Mode::armed && !is_rest(*before);
  if (now.mode == Mode::estop) return RobotChange{"robot stopped: ESTOP, " + reason_of(now), true};
  if (now.mode == Mode::hold && !is_rest(now)) return RobotChange{"robot holds: " + reason_of(now), true};
  if (!was_stopped) return std::nullopt;
  return RobotChange{now.mode == Mode::armed ? "robot armed" : "robot holds: ready to be driven again", false};
}

}  // namespace sdr::command
