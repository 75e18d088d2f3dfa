// SPDX-License-Identifier: Apache-2.0
#include "safety/robot_side.h"

#include <algorithm>

#include "base/assert.h"
#include "safety/command_check.h"
#include "schema/limits.h"

namespace sdr::safety {
namespace {

constexpr size_t kDetailBytesMax = 160;

using schema::DriveMode;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// How much of a motion is left at this time of its decay, from 1 to 0.
double fading(Time until, Time now) {
  const double left = std::chrono::duration<double>(until - now) / std::chrono::duration<double>(kDecay);
  return std::clamp(left, 0.0, 1.0);
}

schema::Twist scaled(const schema::Twist& twist, double factor) {
  const auto scale = [factor](const schema::Vector3& v) {
    return schema::Vector3{v.x * factor, v.y * factor, v.z * factor};
  };
  return {scale(twist.linear), scale(twist.angular)};
}

// Each component of what is wanted, but neither beyond what there was nor against it.
schema::Twist no_more_than(const schema::Twist& was, const schema::Twist& wanted) {
  const auto limit = [](double before, double now) {
    return std::clamp(now, std::min(before, 0.0), std::max(before, 0.0));
  };
  const auto limit_all = [limit](const schema::Vector3& before, const schema::Vector3& now) {
    return schema::Vector3{limit(before.x, now.x), limit(before.y, now.y), limit(before.z, now.z)};
  };
  return {limit_all(was.linear, wanted.linear), limit_all(was.angular, wanted.angular)};
}

unsigned fault_bit(SafetyReason fault) {
  const Cause* cause = find_cause(fault);
  SDR_ASSERT(cause && cause->effect == Mode::estop && cause->ends == Ends::with_condition, "not a fault");
  return 1u << (cause - kCauses.data());
}

// Cut at the limit of the schema, not inside a UTF-8 sequence.
std::string_view shortened(std::string_view text) {
  size_t size = std::min(text.size(), kDetailBytesMax);
  if (size < text.size()) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  }
  return text.substr(0, size);
}

}  // namespace

bool is_zero(const schema::Twist& twist) { return twist == schema::Twist{}; }

RobotSide::RobotSide(Time now, uint64_t first_state_id) : state_id_(first_state_id), now_(now), mode_since_(now) {}

RobotSide::RobotSide(Time now, const SavedState& saved) : RobotSide(now, saved.state_id + 1) {
  epoch_ = saved.epoch;
  if (saved.mode == Mode::estop) {
    mode_ = Mode::estop;
    reason_ = saved.reason;
    detail_ = shortened(saved.detail);
  } else if (saved.mode == Mode::armed || saved.reason != SafetyReason::idle) {
    reason_ = SafetyReason::release_stick;
    zero_twist_needed_ = true;
  }
}

// --- time ---

Time RobotSide::advance(Time now) {
  now_ = std::max(now_, now);
  expire(now_);
  return now_;
}

void RobotSide::expire(Time now) {
  if (mode_ == Mode::estop || drive_mode_ == DriveMode::auto_) return;
  if (moving_ && now - last_command_ >= kBreakOff) return stop(SafetyReason::commands_broke_off, {}, now);
  if (mode_ == Mode::armed && !has_authority(now)) {
    hold(moving_ ? SafetyReason::twist_expired : SafetyReason::idle, authority_until_, now);
  }
}

void RobotSide::on_tick(Time now) { advance(now); }

// --- commands ---

Verdict RobotSide::on_twist(const TwistCommand& command, Time now) {
  now = advance(now);
  Time until;
  const bool zero = is_zero(command.twist);
  if (auto verdict = check_twist(command.twist, limits_); !verdict.ok()) return verdict;
  if (auto verdict = check_authority(command, now, until); !verdict.ok()) return verdict;
  if (auto verdict = admit(command.sender, zero, now); !verdict.ok()) return verdict;
  return zero ? follow_zero(until, now) : follow(command.twist, until, now);
}

Verdict RobotSide::check_authority(const TwistCommand& command, Time now, Time& until) const {
  if (auto verdict = check_ttl(command.ttl_ms); !verdict.ok()) return verdict;
  if (!command.echo_us) return refused("no echo_us");
  const uint64_t now_us = to_us(now);
  if (*command.echo_us > now_us) return refused("echo_us of a time to come");
  const auto age = microseconds(now_us - *command.echo_us);
  const auto ttl = milliseconds(command.ttl_ms.value_or(schema::kTtlMsDefault));
  if (age >= ttl) return refused("stale");
  until = now + (ttl - age);
  return {};
}

// A zero twist stops, whatever stopped before; it lets HOLD end only once what caused it has ended.
Verdict RobotSide::follow_zero(Time until, Time now) {
  if (mode_ == Mode::estop) return {};
  if (drive_mode_ == DriveMode::teleop) {
    twist_ = {};
    moving_ = false;
    authority_until_ = until;
    last_command_ = now;
  }
  if (mode_ == Mode::hold && !stopped_by_condition()) {
    zero_twist_needed_ = false;
    asking_since_.reset();
    leave_hold(now);
  }
  return {};
}

Verdict RobotSide::follow(const schema::Twist& twist, Time until, Time now) {
  if (mode_ == Mode::estop) return refused("ESTOP");
  if (mode_ == Mode::hold) {
    ask_if_long(now);
    if (stopped_by_condition() || zero_twist_needed_) {
      moving_ = false;  // commands come; none is followed
      name_hold(now);
      return refused(stopped_by_condition() ? schema::to_text(reason_) : "release the stick first");
    }
  }
  set_drive_mode(DriveMode::teleop);
  twist_ = twist;
  moving_ = true;
  authority_until_ = until;
  last_command_ = now;
  leave_hold(now);
  return {};
}

Verdict RobotSide::on_estop(std::string_view detail, Time now) {
  now = advance(now);
  stop(SafetyReason::estop_command, detail, now);
  return {};
}

Verdict RobotSide::on_estop_clear(const Sender& sender, Time now) {
  now = advance(now);
  if (auto verdict = admit(sender, false, now); !verdict.ok()) return verdict;
  if (mode_ != Mode::estop) return {};
  if (!holder_known_) return refused("who holds the lease is not known yet");  // after a restart, for a second
  if (faults_ != 0) return refused("what caused it lasts");
  strikes_ = {};
  zero_twist_needed_ = true;
  enter(Mode::hold, SafetyReason::estop_cleared, {}, now);
  if (stopped_by_condition()) name_hold(now);
  return {};
}

Verdict RobotSide::on_drive_mode(const Sender& sender, DriveMode mode, Time now) {
  now = advance(now);
  if (auto verdict = admit(sender, false, now); !verdict.ok()) return verdict;
  if (mode == DriveMode::auto_ && mode_ == Mode::estop) return refused("ESTOP");
  if (mode == drive_mode_) return {};
  set_drive_mode(mode);
  twist_ = {};  // a policy's last wish fades by motion_scale() alone
  moving_ = false;
  authority_until_ = now;
  if (mode_ == Mode::hold) {
    ask_if_long(now);
    leave_hold(now);
  } else {
    expire(now);
  }
  return {};
}

Verdict RobotSide::on_command(const Sender& sender, Time now) {
  now = advance(now);
  return admit(sender, false, now);
}

// --- who may command ---

Verdict RobotSide::admit(const Sender& sender, bool zero_twist, Time now) {
  if (sender.epoch < epoch_) return refused("of an older lease");
  // The transport stops a lost operator's robot under a newer lease that is nobody's: who sent a zero twist says
  // nothing.
  if (sender.epoch > epoch_) observe(sender.client, !zero_twist, sender.epoch, now);
  if (zero_twist || !holder_known_ || holder_ == sender.client) return {};
  return refused(holder_.empty() ? "nobody holds the lease" : "another client holds the lease");
}

void RobotSide::on_lease(std::optional<std::string_view> holder, uint64_t epoch, Time now) {
  now = advance(now);
  if (epoch < epoch_) return;
  observe(holder, true, epoch, now);
}

// The last holder's twist ends with its lease.
void RobotSide::observe(std::optional<std::string_view> holder, bool known, uint64_t epoch, Time now) {
  const std::string_view name = known ? holder.value_or("") : "";
  const bool changed = epoch != epoch_ || (holder_known_ && known && name != holder_);
  epoch_ = epoch;
  holder_known_ = known;
  holder_.assign(name);
  if (!changed || drive_mode_ == DriveMode::auto_) return;
  drop_twist(now);
  expire(now);
}

// --- facts ---

void RobotSide::on_gate(schema::Gate gate, Time now) {
  now = advance(now);
  const bool closes = gate == schema::Gate::closed && !gate_closed_;
  set_condition(gate_closed_, gate == schema::Gate::closed, now);
  if (closes) count_strike(now);
}

void RobotSide::on_bus(bool connected, Time now) {
  now = advance(now);
  set_condition(bus_lost_, !connected, now);
}

void RobotSide::on_fault(SafetyReason fault, bool present, std::string_view detail, Time now) {
  now = advance(now);
  const unsigned bit = fault_bit(fault);
  const bool began = present && (faults_ & bit) == 0;
  faults_ = present ? faults_ | bit : faults_ & ~bit;
  if (began) stop(fault, detail, now);
}

void RobotSide::on_robot_loaded(Time now) {
  now = advance(now);
  set_drive_mode(DriveMode::teleop);
  drop_twist(now);
  if (mode_ == Mode::estop) return;
  const bool was_idle = mode_ == Mode::hold && reason_ == SafetyReason::idle;
  hold(SafetyReason::idle, now, now);
  zero_twist_needed_ = zero_twist_needed_ || !was_idle;
  decay_until_ = now;
  name_hold(now);
}

void RobotSide::set_condition(bool& condition, bool present, Time now) {
  if (condition == present) return;
  condition = present;
  if (mode_ == Mode::estop) return;
  if (present) return hold(bus_lost_ ? SafetyReason::bus_lost : SafetyReason::video_gate, now, now);
  if (stopped_by_condition()) return name_hold(now);
  ask_if_long(now);
  asking_since_.reset();
  if (moving_ && !has_authority(now)) asking_since_ = authority_until_;
  name_hold(now);
  leave_hold(now);
}

void RobotSide::count_strike(Time now) {
  if (mode_ == Mode::estop) return;
  std::rotate(strikes_.when.begin(), strikes_.when.begin() + 1, strikes_.when.end());
  strikes_.when.back() = now;
  strikes_.count = std::min(strikes_.count + 1, kGateStrikes);
  if (strikes_.count == kGateStrikes && now - strikes_.when.front() <= kGateWindow) {
    stop(SafetyReason::video_gate_repeated, {}, now);
  }
}

// --- modes ---

void RobotSide::drop_twist(Time now) {
  moving_ = false;
  authority_until_ = std::min(authority_until_, now);
  if (mode_ != Mode::armed) twist_ = {};  // in ARMED it decays in the HOLD that follows
}

void RobotSide::set_drive_mode(DriveMode mode) {
  if (drive_mode_ == mode) return;
  drive_mode_ = mode;
  ++state_id_;
}

void RobotSide::stop(SafetyReason reason, std::string_view detail, Time now) {
  if (mode_ == Mode::estop) return;
  set_drive_mode(DriveMode::teleop);
  drop_twist(now);
  twist_ = {};
  enter(Mode::estop, reason, shortened(detail), now);
}

// Enters HOLD or gives the one that is there another cause, which began at the time given.
void RobotSide::hold(SafetyReason reason, Time began, Time now) {
  const Cause* cause = find_cause(reason);
  SDR_ASSERT(cause && cause->effect == Mode::hold, "not a cause of HOLD");
  if (cause->asks_zero_twist && !asking_since_) asking_since_ = began;
  if (mode_ == Mode::armed) decay_until_ = began + kDecay;
  enter(Mode::hold, reason, {}, now);
}

// The reason that HOLD shows: what must end first, else what the operator must do.
void RobotSide::name_hold(Time now) {
  if (mode_ != Mode::hold) return;
  SafetyReason reason = moving_ ? SafetyReason::twist_expired : SafetyReason::idle;
  if (zero_twist_needed_) reason = SafetyReason::release_stick;
  if (gate_closed_) reason = SafetyReason::video_gate;
  if (bus_lost_) reason = SafetyReason::bus_lost;
  enter(Mode::hold, reason, {}, now);
}

// A cause that lasted is not forgotten with its end: who held a stick all the while lets go of it first.
void RobotSide::ask_if_long(Time now) {
  if (!asking_since_ || now - *asking_since_ < kBriefHold) return;
  zero_twist_needed_ = true;
  name_hold(now);
}

void RobotSide::leave_hold(Time now) {
  if (mode_ != Mode::hold || stopped_by_condition() || zero_twist_needed_) return;
  if (drive_mode_ == DriveMode::teleop && !has_authority(now)) return;
  asking_since_.reset();
  enter(Mode::armed, SafetyReason::commanded, {}, now);
}

void RobotSide::enter(Mode mode, SafetyReason reason, std::string_view detail, Time now) {
  if (mode == mode_ && reason == reason_ && detail == detail_) return;
  if (mode != mode_) mode_since_ = now;
  mode_ = mode;
  reason_ = reason;
  detail_.assign(detail);
  ++state_id_;
}

// --- queries ---

schema::SafetyState RobotSide::state(Time now) const {
  schema::SafetyState state;
  state.state_id = state_id_;
  state.mode = mode_;
  state.reason = reason_;
  const auto lasted = std::max(now, now_) - mode_since_;
  state.since_ms = static_cast<uint64_t>(std::chrono::duration_cast<milliseconds>(lasted).count());
  if (!detail_.empty()) state.detail = detail_;
  state.drive_mode = drive_mode_;
  state.epoch = epoch_;
  return state;
}

SavedState RobotSide::saved() const { return {state_id_, epoch_, mode_, reason_, detail_}; }

double RobotSide::motion_scale(Time now) const {
  now = std::max(now, now_);
  switch (mode_) {
    case Mode::armed:
      // Between two ticks the authority ends by itself.
      return drive_mode_ == DriveMode::auto_ || has_authority(now) ? 1.0 : fading(authority_until_ + kDecay, now);
    case Mode::hold:
      return fading(decay_until_, now);
    case Mode::estop:
      break;
  }
  return 0.0;
}

schema::Twist RobotSide::twist(Time now) {
  now = std::max(now, now_);
  if (drive_mode_ == DriveMode::auto_) return given_ = {};
  const schema::Twist wanted = scaled(twist_, motion_scale(now));
  const bool followed = mode_ == Mode::armed && has_authority(now);
  return given_ = followed ? wanted : no_more_than(given_, wanted);
}

}  // namespace sdr::safety
