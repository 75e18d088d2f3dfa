// SPDX-License-Identifier: Apache-2.0
#include "safety/video_gate.h"

#include <algorithm>

namespace sdr::safety {
namespace {

uint64_t to_ms(Duration duration) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

VideoGate::Orders VideoGate::on_sequence(uint64_t sequence_number, Time now) {
  Orders orders;
  // A ring that holds frames already proves nothing about their age: only a change does.
  const bool changed = seen_ && sequence_number != sequence_number_;
  seen_ = true;
  sequence_number_ = sequence_number;
  if (!changed) return orders;
  newest_ = now;
  stopped_ = false;
  set(schema::Gate::open, now, orders);
  return orders;
}

VideoGate::Orders VideoGate::on_tick(bool driven, Time now) {
  Orders orders;
  driven_ = driven;
  const auto age = frame_age(now);
  if (!age || *age < kGateClosesAfter) return orders;
  orders.zero_twist = gate_ == schema::Gate::open;
  set(schema::Gate::closed, now, orders);
  if (driven && !stopped_ && *age >= kGateStopsAfter) orders.estop = stopped_ = true;
  return orders;
}

void VideoGate::set(schema::Gate gate, Time now, Orders& orders) {
  if (gate_ == gate) return;
  gate_ = gate;
  since_ = now;
  orders.publish = true;
}

std::optional<Duration> VideoGate::frame_age(Time now) const {
  if (!newest_) return std::nullopt;
  return std::max(now - *newest_, Duration(0));
}

Verdict VideoGate::check(schema::Action action, Time now) const {
  const schema::GateLevel level = schema::info(action).gate;
  if (level == schema::GateLevel::never) return {};
  const auto age = frame_age(now);
  if (level == schema::GateLevel::motion) {
    if (!age) return refused("no video yet");
    if (*age >= kGateClosesAfter) return refused("video is stale");
  }
  if (age && *age >= kGateStopsAfter && (stopped_ || driven_)) return refused("video is stale");
  return {};
}

schema::VideoGateState VideoGate::state(Time now) const {
  schema::VideoGateState state;
  state.gate = gate_;
  if (const auto age = frame_age(now)) state.frame_age_ms = to_ms(*age);
  state.since_ms = to_ms(std::max(now - since_, Duration(0)));
  return state;
}

}  // namespace sdr::safety
