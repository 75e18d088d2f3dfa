// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/witness.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "schema/limits.h"

namespace sdr::faults {
namespace {

using schema::JsonValue;
using schema::Mode;

constexpr size_t kKept = 1000, kContext = 6;
constexpr uint64_t kDecayUs = 250'000;  // what safety.md promises for HOLD

JsonValue at(JsonValue object, std::string_view key) {
  const auto value = object.find(key);
  SDR_ASSERT(value, "a line of the trace without " + std::string(key));
  return *value;
}
uint64_t number(JsonValue object, std::string_view key) { return at(object, key).unsigned_integer().value(); }
std::string text(JsonValue object, std::string_view key) { return std::string(at(object, key).text().value()); }

double largest(JsonValue twist) {
  double most = 0.0;
  for (const char* part : {"linear", "angular"}) {
    for (const char* axis : {"x", "y", "z"}) most = std::max(most, std::abs(*at(at(twist, part), axis).number()));
  }
  return most;
}

Mode mode_of(JsonValue line) {
  Mode mode{};
  SDR_ASSERT(from_text(text(line, "mode"), mode), "no such mode");
  return mode;
}

}  // namespace

void Witness::read() {
  if (!file_.is_open()) file_.open(path_);
  if (!file_.is_open()) return;
  char bytes[16 * 1024];
  file_.clear();
  while (file_.read(bytes, sizeof bytes), file_.gcount() > 0) rest_.append(bytes, static_cast<size_t>(file_.gcount()));
  size_t begin = 0;
  for (size_t end; (end = rest_.find('\n', begin)) != rest_.npos; begin = end + 1) {
    take(rest_.substr(begin, end - begin));
  }
  rest_.erase(0, begin);
}

void Witness::take(const std::string& json) {
  lines_.push_back(json);
  if (lines_.size() > kContext) lines_.pop_front();
  const auto line = parser_.parse(json);
  SDR_ASSERT(line, "not JSON: " + json);
  const uint64_t t_us = number(*line, "t_us");
  const std::string kind = text(*line, "kind");
  if (left_estop_us_ && t_us > *left_estop_us_) {
    find(audit_.unasked, "ESTOP ended by itself", *left_estop_us_);
    left_estop_us_.reset();
  }
  if (kind == "start") return take_start();
  if (kind == "command") return take_command(*line, t_us);
  if (kind == "applied") return take_applied(*line, t_us);
  if (kind == "safety") return take_safety(*line, t_us);
  SDR_ASSERT(kind == "lost", "a line of an unknown kind: " + json);
  audit_.lost += number(*line, "count");
}

// A process that died took its motors' twist with it.
void Witness::take_start() {
  ++starts_;
  told_mode_ = false;
  speed_ = 0.0;
  newest_.clear();
  authority_us_ = 0;
}

void Witness::take_command(JsonValue line, uint64_t t_us) {
  ++audit_.commands;
  const std::string action = text(line, "action"), status = text(line, "status"), client = text(line, "client");
  if (status != "ok") {
    audit_.refused += status == "refused";
    return;
  }
  const uint64_t cmd_seq = number(line, "cmd_seq");
  if (action != "estop") {
    const auto [known, fresh] = newest_.try_emplace(client + " " + action, cmd_seq);
    if (!fresh && cmd_seq <= known->second) find(audit_.repeated, action + " accepted twice", t_us);
    known->second = cmd_seq;
  }
  if (action == "estop_clear" && left_estop_us_ == t_us) left_estop_us_.reset();
  if (action == "cmd_vel") take_twist(line, t_us, client, cmd_seq);
}

void Witness::take_twist(JsonValue line, uint64_t t_us, const std::string& who, uint64_t cmd_seq) {
  if (largest(at(line, "twist")) == 0.0) return;
  ++audit_.twists;
  const auto given = line.find("ttl_ms");
  const uint64_t ttl_us = 1000 * (given ? *given->unsigned_integer() : uint64_t{schema::kTtlMsDefault});
  const auto echo = line.find("echo_us");
  authority_us_ = echo ? *echo->unsigned_integer() + ttl_us : 0;
  if (t_us >= authority_us_) find(audit_.dead_accepted, "a dead twist was accepted", t_us);
  // The sender's own word on when it was sent: the same machine's clock, but nothing that the robot side has seen.
  const auto sent_us = sent_at_(who, cmd_seq);
  if (sent_us && t_us >= *sent_us + ttl_us)
    find(audit_.dead_accepted, "a twist was accepted long after it was sent", t_us);
}

void Witness::take_applied(JsonValue line, uint64_t t_us) {
  ++audit_.applied;
  const double speed = largest(at(line, "twist"));
  const Mode mode = mode_of(line);
  const bool grew = speed > speed_ + 1e-9;
  if (speed > 0.0) {
    if (mode == Mode::estop || (mode == Mode::hold && grew)) find(audit_.moved_unarmed, "motion while not ARMED", t_us);
    const bool alive = t_us < authority_us_;
    if (!alive && (grew || t_us >= authority_us_ + kDecayUs))
      find(audit_.dead_applied, "a dead twist moved the motors", t_us);
  }
  speed_ = speed;
  motions_.push_back({t_us, speed});
  if (motions_.size() > kKept) motions_.pop_front();
}

void Witness::take_safety(JsonValue line, uint64_t t_us) {
  const Mode mode = mode_of(line);
  SDR_ASSERT(from_text(text(line, "reason"), reason_), "no such reason");
  told_mode_ = true;
  if (mode == mode_) return;
  if (mode_ == Mode::estop) left_estop_us_ = t_us;
  mode_ = mode;
  mode_since_us_ = t_us;
}

void Witness::find(uint64_t& count, const std::string& what, uint64_t t_us) {
  ++count;
  if (findings_.size() == kKept) return;
  std::string text = what + " at " + std::to_string(t_us) + ", the last line of:";
  for (const std::string& line : lines_) text += "\n    " + line;
  findings_.push_back(text);
}

std::optional<uint64_t> Witness::still_from(uint64_t since_us) const {
  std::optional<uint64_t> still = since_us;
  for (const Motion& motion : motions_) {
    if (motion.speed > 0.0) {
      still.reset();
    } else if (!still || motion.t_us < since_us) {
      still = std::max(motion.t_us, since_us);
    }
  }
  if (speed_ > 0.0) return std::nullopt;
  return still.value_or(since_us);  // the motion ended with its process
}

bool Witness::moved_since(uint64_t since_us) const {
  if (speed_ > 0.0) return true;
  return std::any_of(motions_.begin(), motions_.end(),
                     [&](const Motion& motion) { return motion.t_us >= since_us && motion.speed > 0.0; });
}

}  // namespace sdr::faults
