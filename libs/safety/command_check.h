// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "safety/verdict.h"
#include "schema/actions.h"

// What every command must pass before anyone looks at what it means: its sequence number grows, its time-to-live and
// its values are within bounds. `estop` passes always.
//
// Pure. Thread: one. SequenceCheck has a fixed size; SessionTable remembers 64 clients, the least recent is forgotten
// (commands of a forgotten client are still held off by the lease's epoch and the twist's authority).

namespace sdr::safety {

/// The sequence numbers of one client session, per action.
class SequenceCheck {
 public:
  /// Remembers the number if it grows, refuses it if it does not.
  Verdict check(schema::Action action, uint64_t cmd_seq);

 private:
  std::array<std::optional<uint64_t>, schema::kActionCount> last_{};
};

/// The same for all clients whose commands come over the bus.
class SessionTable {
 public:
  static constexpr size_t kSessionsMax = 64;

  SessionTable();
  Verdict check(std::string_view client, schema::Action action, uint64_t cmd_seq);

 private:
  struct Session {
    std::string client;
    uint64_t used = 0;  // by a count of uses, not by a clock
    SequenceCheck sequences;
  };

  Session& session(std::string_view client);

  std::vector<Session> sessions_;
  uint64_t uses_ = 0;
};

/// 1 to 1000 ms; absent means 300.
Verdict check_ttl(std::optional<uint32_t> ttl_ms);
/// Finite, and each component's magnitude within the limits' one.
Verdict check_twist(const schema::Twist& twist, const schema::Twist& limits);
bool is_finite(const schema::Twist& twist);

}  // namespace sdr::safety
