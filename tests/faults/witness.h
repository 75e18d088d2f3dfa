// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/json_value.h"
#include "schema/types.h"

// Reads the simulator's trace of commands (services/sim/command_trace.h) while it grows, and holds what the motors were
// told against what was asked: the truth about a stop, with the resolution of the control period. It trusts nothing of
// the robot side's own judgement but the order of its lines and its clock.
//
// Thread: one. Bounds: a thousand changes of mode and motion, and as many findings, are kept. A trace of another form
// is a broken invariant and asserts.

namespace sdr::faults {

class Witness {
 public:
  /// When that operator's command was handed to its socket, on the same clock; nothing where nobody knows.
  using SentAt = std::function<std::optional<uint64_t>(std::string_view client, uint64_t cmd_seq)>;

  struct Audit {
    uint64_t commands = 0;  // decided
    uint64_t twists = 0;    // accepted, not zero
    uint64_t refused = 0;
    uint64_t applied = 0;        // changes of what the motors were told
    uint64_t dead_accepted = 0;  // twists accepted beyond their time-to-live
    uint64_t dead_applied = 0;   // motion by a twist whose authority and decay had ended, or that grew after it
    uint64_t moved_unarmed = 0;  // motion in ESTOP, or that grew in HOLD
    uint64_t repeated = 0;       // a cmd_seq accepted twice
    uint64_t unasked = 0;        // ESTOP left without an accepted estop_clear
    uint64_t lost = 0;           // lines that are missing
    uint64_t violations() const { return dead_accepted + dead_applied + moved_unarmed + repeated + unasked; }
  };

  explicit Witness(std::string path, SentAt sent_at) : path_(std::move(path)), sent_at_(std::move(sent_at)) {}

  /// Takes what was written since.
  void read();

  /// The largest component of what the motors are told, m/s or rad/s.
  double speed() const { return speed_; }
  schema::Mode mode() const { return mode_; }
  /// Whether the process that writes now has said its mode.
  bool told_mode() const { return told_mode_; }
  schema::SafetyReason reason() const { return reason_; }
  /// The first time from `since_us` on at which the motors were told to stand still, where they still are and have been
  /// since; nothing while they move.
  std::optional<uint64_t> still_from(uint64_t since_us) const;
  /// Whether they were told to move at any time from then on.
  bool moved_since(uint64_t since_us) const;
  /// When the mode was entered that holds now.
  uint64_t mode_since_us() const { return mode_since_us_; }
  uint64_t starts() const { return starts_; }

  const Audit& audit() const { return audit_; }
  /// What was wrong, in words, with the lines that say so.
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  struct Motion {
    uint64_t t_us;
    double speed;
  };

  void take(const std::string& line);
  void take_start();
  void take_command(schema::JsonValue line, uint64_t t_us);
  void take_twist(schema::JsonValue line, uint64_t t_us, const std::string& who, uint64_t cmd_seq);
  void take_applied(schema::JsonValue line, uint64_t t_us);
  void take_safety(schema::JsonValue line, uint64_t t_us);
  void find(uint64_t& count, const std::string& what, uint64_t t_us);

  const std::string path_;
  const SentAt sent_at_;
  std::ifstream file_;
  std::string rest_;
  schema::JsonParser parser_;

  std::deque<std::string> lines_;  // the last few, for findings
  double speed_ = 0.0;
  std::deque<Motion> motions_;
  schema::Mode mode_ = schema::Mode::hold;
  schema::SafetyReason reason_ = schema::SafetyReason::idle;
  uint64_t mode_since_us_ = 0;
  bool told_mode_ = false;
  uint64_t starts_ = 0;
  uint64_t authority_us_ = 0;               // until when the newest accepted twist may be followed, reckoned here
  std::optional<uint64_t> left_estop_us_;   // the estop_clear that led out of it stands behind, at the same time
  std::map<std::string, uint64_t> newest_;  // by client and action: the newest accepted cmd_seq
  Audit audit_;
  std::vector<std::string> findings_;
};

}  // namespace sdr::faults
