// SPDX-License-Identifier: Apache-2.0
#include "safety/lease.h"

#include <algorithm>

#include "schema/limits.h"

namespace sdr::safety {
namespace {

constexpr size_t kRefusalsMax = 256;
constexpr Duration kSilence = std::chrono::milliseconds(schema::kLeaseSilenceMsMax);
constexpr Duration kRefusedFor = std::chrono::milliseconds(schema::kLeaseRefusedMs);
constexpr std::string_view kHeldByAnother = "another client holds the lease";

}  // namespace

Verdict Lease::acquire(std::string_view client, schema::Role role, Time now) {
  on_tick(now);
  if (role < schema::Role::operator_) return refused("your role may only watch");
  if (held_by(client)) {
    last_command_ = now;
    return {};
  }
  if (holder_) return refuse(client, true, kHeldByAnother, now);
  give(client, now);
  return {};
}

Verdict Lease::release(std::string_view client, Time now) {
  on_tick(now);
  if (!held_by(client)) return refused("you do not hold the lease");
  give(std::nullopt, now);
  return {};
}

Verdict Lease::hand(std::string_view client, std::string_view to, schema::Role role_of_receiver, Time now) {
  on_tick(now);
  if (!held_by(client)) return refused("you do not hold the lease");
  if (role_of_receiver < schema::Role::operator_) return refused("that client may only watch");
  if (to != client) give(to, now);
  return {};
}

Verdict Lease::take(std::string_view client, schema::Role role, Time now) {
  on_tick(now);
  if (role < schema::Role::admin) return refused("only an admin may take the lease");
  if (held_by(client)) {
    last_command_ = now;
  } else {
    give(client, now);
  }
  return {};
}

Verdict Lease::on_command(std::string_view client, schema::Role role, schema::Action action, bool zero_twist,
                          Time now) {
  on_tick(now);
  const schema::ActionInfo& needs = schema::info(action);
  if (role < needs.role) return refused("your role may only watch");
  if (held_by(client)) {
    last_command_ = now;
    return {};
  }
  if (!needs.needs_lease) return {};
  const bool twist = action == schema::Action::cmd_vel;
  if (holder_) return refuse(client, !zero_twist, kHeldByAnother, now);
  if (!twist) return refused("nobody holds the lease; ask for it first");
  if (recently_refused(client, now)) return refuse(client, !zero_twist, "release the stick first", now);
  give(client, now);
  return {};
}

void Lease::on_disconnect(std::string_view client, Time now) {
  std::erase_if(refusals_, [&](const Refusal& refusal) { return refusal.client == client; });
  if (held_by(client)) give(std::nullopt, now);
}

void Lease::on_tick(Time now) {
  if (holder_ && now - last_command_ >= kSilence) give(std::nullopt, now);
}

void Lease::observe_epoch(uint64_t epoch) {
  // The bus echoes our own epochs; only a newer one is someone else's.
  if (epoch > epoch_) epoch_ = epoch + 1;
}

void Lease::give(std::optional<std::string_view> client, Time now) {
  holder_.reset();
  if (client) holder_.emplace(*client);
  ++epoch_;
  since_ = last_command_ = now;
}

bool Lease::recently_refused(std::string_view client, Time now) const {
  return std::any_of(refusals_.begin(), refusals_.end(), [&](const Refusal& refusal) {
    return refusal.client == client && now - refusal.when < kRefusedFor;
  });
}

Verdict Lease::refuse(std::string_view client, bool remember, std::string_view why, Time now) {
  if (!remember) return refused(why);
  const auto known = std::find_if(refusals_.begin(), refusals_.end(),
                                  [&](const Refusal& refusal) { return refusal.client == client; });
  if (known != refusals_.end()) {
    known->when = now;
    return refused(why);
  }
  std::erase_if(refusals_, [&](const Refusal& refusal) { return now - refusal.when >= kRefusedFor; });
  if (refusals_.size() == kRefusalsMax) refusals_.erase(refusals_.begin());
  refusals_.push_back({std::string(client), now});
  return refused(why);
}

schema::LeaseState Lease::state(Time now) const {
  schema::LeaseState state;
  state.holder = holder_;
  const auto lasted = std::max(now - since_, Duration(0));
  state.since_ms = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(lasted).count());
  state.epoch = epoch_;
  return state;
}

}  // namespace sdr::safety
