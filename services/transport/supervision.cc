// SPDX-License-Identifier: Apache-2.0
#include "transport/supervision.h"

#include "base/log.h"
#include "schema/subjects.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
namespace subjects = schema::subjects;

constexpr auto kLeaseInterval = 1s;  // bus.md
constexpr auto kGateInterval = 500ms;
constexpr auto kAskersInterval = 250ms;  // however fast someone asks and asks no more
constexpr auto kClockFresh = 1s;         // twenty of the robot side's clocks are missing

}  // namespace

Supervision::Supervision(BusPort& bus, Registry& registry, Time now, uint64_t first_epoch, std::string_view start_name,
                         Hooks hooks)
    : bus_(bus),
      hooks_(std::move(hooks)),
      name_("transport-" + std::string(start_name)),
      lease_(now, first_epoch),
      gate_(now),
      told_epoch_(lease_.epoch()),
      zero_twists_(registry.counter("zero_twists_total", "Zero twists that the transport sent by itself")),
      estops_(registry.counter("video_gate_estops_total", "Stops because no frame came for 5 s")),
      unsent_(registry.counter("bus_unsent_total", "Messages that the lost bus did not take")) {}

void Supervision::on_frames_seen(uint64_t frames_seen, Time now) { obey(gate_.on_sequence(frames_seen, now), now); }

void Supervision::tick(Time now) {
  lease_.on_tick(now);
  settle_lease(now);
  obey(gate_.on_tick(lease_.holder().has_value() && teleop_, now), now);
  if (now - lease_told_ >= kLeaseInterval) {
    publish_lease(now);
  }
  if (now - gate_told_ >= kGateInterval) publish_gate(now);
  tell_askers(now);
}

void Supervision::tell_askers(Time now) {
  askers_.on_tick(now);
  if (now - askers_told_ < kAskersInterval || !askers_.take_changed()) return;
  askers_told_ = now;
  hooks_.on_lease();
}

void Supervision::obey(const safety::VideoGate::Orders& orders, Time now) {
  // The stop first: it is what counts if the bus takes one message and no more.
  if (orders.estop) {
    log_warning("no video frame for 5 s while an operator drives: the robot is stopped");
    estops_.add();
    send_estop("no video frame for 5 s");
  }
  if (orders.zero_twist) send_zero_twist(now);
  if (orders.publish) publish_gate(now);
}

void Supervision::settle_lease(Time now) {
  if (lease_.epoch() == told_epoch_) return;
  told_epoch_ = lease_.epoch();
  if (lease_.holder()) askers_.forget(*lease_.holder());
  const bool operator_gone = std::exchange(had_holder_, lease_.holder().has_value());
  publish_lease(now);
  if (operator_gone) send_zero_twist(now);
  hooks_.on_lease();
}

void Supervision::on_safety_state(const schema::SafetyState& state, Time now) {
  if (state.drive_mode) teleop_ = *state.drive_mode == schema::DriveMode::teleop;
  if (state.epoch) lease_.observe_epoch(*state.epoch);
  settle_lease(now);
}

void Supervision::on_robot_clock(uint64_t robot_us, Time now) {
  robot_clock_us_ = robot_us;
  robot_clock_at_ = now;
}

std::optional<uint64_t> Supervision::robot_clock_us(Time now) const {
  if (robot_clock_us_ == 0 || now - robot_clock_at_ > kClockFresh) return std::nullopt;
  return robot_clock_us_;
}

void Supervision::on_bus_connected(Time now) {
  publish_lease(now);
  publish_gate(now);
}

void Supervision::on_disconnect(std::string_view client, Time now) {
  askers_.forget(client);
  lease_.on_disconnect(client, now);
  settle_lease(now);
}

void Supervision::on_shutdown(Time now) {
  if (lease_.holder()) send_zero_twist(now);
}

void Supervision::publish_lease(Time now) {
  lease_told_ = now;
  text_.clear();
  JsonWriter json(text_);
  write(json, lease_.state(now));
  publish(subjects::kTelemetryControlLease);
}

void Supervision::publish_gate(Time now) {
  gate_told_ = now;
  text_.clear();
  JsonWriter json(text_);
  write(json, gate_.state(now));
  publish(subjects::kTelemetrySafetyVideoGate);
  hooks_.on_gate(text_);
}

void Supervision::send_zero_twist(Time now) {
  schema::ControlEnvelope envelope;
  envelope.client = name_;
  envelope.epoch = lease_.epoch();
  envelope.cmd_seq = next_seq_++;
  envelope.echo_us = robot_clock_us(now);
  envelope.data = schema::Twist();
  text_.clear();
  JsonWriter json(text_);
  write(json, envelope);
  zero_twists_.add();
  publish(schema::info(schema::Action::cmd_vel).subject);
}

void Supervision::send_estop(std::string_view reason) {
  schema::ControlEnvelope envelope;
  envelope.client = name_;
  envelope.epoch = lease_.epoch();
  envelope.cmd_seq = next_seq_++;
  envelope.data = schema::EstopData{.reason = std::string(reason)};
  text_.clear();
  JsonWriter json(text_);
  write(json, envelope);
  publish(schema::info(schema::Action::estop).subject);
}

// The robot side takes a lost bus for a lost operator, so what does not go out now has nothing left to stop.
bool Supervision::publish(std::string_view subject) {
  const bool sent = bus_.publish(subject, text_);
  if (!sent) unsent_.add();
  return sent;
}

}  // namespace sdr::transport
