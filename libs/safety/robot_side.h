// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "safety/causes.h"
#include "safety/verdict.h"

// The robot side's mode, ARMED, HOLD or ESTOP: the one authority on whether the robot may move (safety.md).
//
// Pure: events and a time in, state out. It sends nothing and owns no clock; the robot's control loop asks it each
// period what to do (on_tick, then twist() or motion_scale()) and publishes state() whenever state_id has changed.
// Thread: one. Bounds: fixed size, save texts of at most 160 bytes; a twist allocates nothing.
// Time: monotonic, the robot side's own; one that goes back is taken as standing still.

namespace sdr::safety {

/// Who sends a command, from the envelope.
struct Sender {
  std::string_view client;
  uint64_t epoch = 0;
};

struct TwistCommand {
  Sender sender;
  schema::Twist twist;
  std::optional<uint64_t> echo_us;  // the robot clock that the sender saw last, as telemetry.clock gave it
  std::optional<uint32_t> ttl_ms;   // 1 to 1000, 300 where absent
};

/// What must survive a restart of the process. The service writes it before it publishes the state.
struct SavedState {
  uint64_t state_id = 0;
  uint64_t epoch = 0;
  Mode mode = Mode::hold;
  SafetyReason reason = SafetyReason::idle;
  std::string detail;
  bool operator==(const SavedState&) const = default;
};

class RobotSide {
 public:
  /// First start: HOLD (idle). With a saved state: ESTOP stays ESTOP; anything else is HOLD, and where it was ARMED a
  /// zero twist must come first. state_id goes on from the saved one, or from `first_state_id`.
  explicit RobotSide(Time now, uint64_t first_state_id = 1);
  RobotSide(Time now, const SavedState& saved);

  // --- commands, each answered ---

  /// Refused: no echo, echo of a time to come, no authority left (`stale`), an older epoch, another's lease, values
  /// that are not finite or beyond the limits, or HOLD or ESTOP demand otherwise. A zero twist is followed from anyone
  /// whose epoch is not old. In AUTO, a twist that is not zero takes the stick: TELEOP.
  Verdict on_twist(const TwistCommand& command, Time now);
  /// Never refused; to be called for whatever comes on control.estop, readable or not. In ESTOP the first reason stays.
  Verdict on_estop(std::string_view detail, Time now);
  /// Only the lease's holder, only while no fault persists. Leads to HOLD; motion needs a zero twist.
  Verdict on_estop_clear(const Sender& sender, Time now);
  /// AUTO needs no stream of twists, and is refused in ESTOP.
  Verdict on_drive_mode(const Sender& sender, schema::DriveMode mode, Time now);
  /// Any other command: whether its sender may command at all.
  Verdict on_command(const Sender& sender, Time now);

  // --- facts ---

  /// telemetry.control.lease. A change of the holder ends the last one's twist.
  void on_lease(std::optional<std::string_view> holder, uint64_t epoch, Time now);
  /// telemetry.safety.video_gate. `waiting` stops nothing.
  void on_gate(schema::Gate gate, Time now);
  /// To be told of the loss of a bus that was there, and of its return; not of one that has yet to come.
  void on_bus(bool connected, Time now);
  /// emergency_stop, fall, joint_limit or non_finite_state began or ended; may be told again and again.
  void on_fault(SafetyReason fault, bool present, std::string_view detail, Time now);
  /// Another robot was loaded: nothing of the old one's twist or mode AUTO carries over. ESTOP stays.
  void on_robot_loaded(Time now);
  /// At least every 20 ms: authority that runs out is noticed here.
  void on_tick(Time now);

  /// The largest magnitude of each component; larger ones are refused. 0 forbids a component.
  void set_twist_limits(const schema::Twist& limits) { limits_ = limits; }

  // --- queries ---

  Mode mode() const { return mode_; }
  SafetyReason reason() const { return reason_; }
  uint64_t state_id() const { return state_id_; }
  schema::DriveMode drive_mode() const { return drive_mode_; }
  uint64_t epoch() const { return epoch_; }
  /// For telemetry.safety.state.
  schema::SafetyState state(Time now) const;
  SavedState saved() const;
  /// 1 in ARMED, falls to 0 within kDecay in HOLD, 0 in ESTOP: scales whatever moves the robot, a policy's wish too.
  double motion_scale(Time now) const;
  /// The operator's twist to follow from now on, scaled; zero in AUTO. To be asked once per control period: what decays
  /// is what was given here last, so that a twist that died before it was followed does not move the robot by its
  /// decay.
  schema::Twist twist(Time now);
  /// Until when the newest twist that was followed may move the robot; what is left of it then decays.
  Time authority_until() const { return authority_until_; }
  /// ESTOP: motors in damping, policy disabled.
  bool damping() const { return mode_ == Mode::estop; }

 private:
  struct Strikes {
    std::array<Time, kGateStrikes> when{};
    size_t count = 0;
  };

  Time advance(Time now);
  void expire(Time now);
  bool has_authority(Time now) const { return now < authority_until_; }
  bool stopped_by_condition() const { return gate_closed_ || bus_lost_; }
  Verdict check_authority(const TwistCommand& command, Time now, Time& until) const;
  Verdict admit(const Sender& sender, bool zero_twist, Time now);
  void observe(std::optional<std::string_view> holder, bool known, uint64_t epoch, Time now);
  Verdict follow_zero(Time until, Time now);
  Verdict follow(const schema::Twist& twist, Time until, Time now);
  void drop_twist(Time now);
  void set_drive_mode(schema::DriveMode mode);
  void set_condition(bool& condition, bool present, Time now);
  void count_strike(Time now);
  void stop(SafetyReason reason, std::string_view detail, Time now);
  void hold(SafetyReason reason, Time began, Time now);
  void name_hold(Time now);
  void ask_if_long(Time now);
  void leave_hold(Time now);
  void enter(Mode mode, SafetyReason reason, std::string_view detail, Time now);

  Mode mode_ = Mode::hold;
  SafetyReason reason_ = SafetyReason::idle;
  std::string detail_;
  uint64_t state_id_;
  Time now_;         // the newest time seen
  Time mode_since_;  // this mode
  schema::DriveMode drive_mode_ = schema::DriveMode::teleop;

  // Why HOLD lasts.
  bool gate_closed_ = false;
  bool bus_lost_ = false;
  std::optional<Time> asking_since_;  // since when a cause lasts that asks for a zero twist if it is not brief
  bool zero_twist_needed_ = false;
  unsigned faults_ = 0;  // a bit for each row of kCauses
  Strikes strikes_;

  // The twist that is followed, or that decays.
  schema::Twist twist_;
  schema::Twist given_;  // by twist(), last
  Time authority_until_{};
  Time last_command_{};
  Time decay_until_{};
  bool moving_ = false;  // the last twist was followed and was not zero
  schema::Twist limits_;

  std::string holder_;         // empty: nobody
  bool holder_known_ = false;  // not before the first lease is seen
  uint64_t epoch_ = 0;
};

/// Every component is zero.
bool is_zero(const schema::Twist& twist);

}  // namespace sdr::safety
