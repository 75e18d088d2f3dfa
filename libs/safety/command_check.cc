// SPDX-License-Identifier: Apache-2.0
#include "safety/command_check.h"

#include <algorithm>
#include <cmath>

#include "schema/limits.h"

namespace sdr::safety {

Verdict SequenceCheck::check(schema::Action action, uint64_t cmd_seq) {
  if (action == schema::Action::estop) return {};
  std::optional<uint64_t>& last = last_[static_cast<size_t>(action)];
  if (last && cmd_seq <= *last) return refused("cmd_seq did not grow");
  last = cmd_seq;
  return {};
}

SessionTable::SessionTable() { sessions_.reserve(kSessionsMax); }

Verdict SessionTable::check(std::string_view client, schema::Action action, uint64_t cmd_seq) {
  if (action == schema::Action::estop) return {};  // nor does it cost a session
  return session(client).sequences.check(action, cmd_seq);
}

SessionTable::Session& SessionTable::session(std::string_view client) {
  const auto by_client = [&](const Session& session) { return session.client == client; };
  auto found = std::find_if(sessions_.begin(), sessions_.end(), by_client);
  if (found == sessions_.end()) {
    if (sessions_.size() == kSessionsMax) {
      const auto by_use = [](const Session& a, const Session& b) { return a.used < b.used; };
      sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), by_use));
    }
    found = sessions_.insert(sessions_.end(), Session{std::string(client), 0, {}});
  }
  found->used = ++uses_;
  return *found;
}

Verdict check_ttl(std::optional<uint32_t> ttl_ms) {
  if (ttl_ms && (*ttl_ms < 1 || *ttl_ms > schema::kTtlMsMax)) return refused("ttl_ms out of range");
  return {};
}

bool is_finite(const schema::Twist& twist) {
  const auto finite = [](const schema::Vector3& v) {
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
  };
  return finite(twist.linear) && finite(twist.angular);
}

Verdict check_twist(const schema::Twist& twist, const schema::Twist& limits) {
  if (!is_finite(twist)) return refused("not finite");
  const auto within = [](const schema::Vector3& v, const schema::Vector3& most) {
    return std::abs(v.x) <= most.x && std::abs(v.y) <= most.y && std::abs(v.z) <= most.z;
  };
  if (!within(twist.linear, limits.linear)) return refused("linear velocity beyond the robot's limits");
  if (!within(twist.angular, limits.angular)) return refused("angular velocity beyond the robot's limits");
  return {};
}

}  // namespace sdr::safety
