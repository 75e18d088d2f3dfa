// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "safety/verdict.h"
#include "schema/actions.h"

// The control lease: one operator at a time (stream.md, Access). The epoch grows with every change of the holder, and
// the robot side refuses commands of an older one, so that two operators never mix.
//
// Pure: events and a time in. The transport publishes state() when the epoch changed and once a second, and sends a
// zero twist when a holder was lost. Thread: one. Bounds: remembers the refusals of 256 clients, the oldest are
// forgotten.

namespace sdr::safety {

class Lease {
 public:
  /// `first_epoch` should lie above every epoch used before: the wall clock in ms. Where it does not, because that
  /// clock went back, the robot side refuses what comes until observe_epoch() has been told of its own.
  Lease(Time now, uint64_t first_epoch) : epoch_(first_epoch), since_(now) {}

  Verdict acquire(std::string_view client, schema::Role role, Time now);
  Verdict release(std::string_view client, Time now);
  /// The receiver must be connected and at least an operator; that is the caller's to look up.
  Verdict hand(std::string_view client, std::string_view to, schema::Role role_of_receiver, Time now);
  Verdict take(std::string_view client, schema::Role role, Time now);

  /// Whether this client may send this command now. A twist acquires a free lease, unless the client was refused for
  /// want of the lease within the last 2 s; holding a stick keeps such a refusal alive. The holder's commands keep the
  /// lease. `zero_twist` (of cmd_vel): a refusal of it is not remembered, since nobody inherits a robot by it.
  Verdict on_command(std::string_view client, schema::Role role, schema::Action action, bool zero_twist, Time now);
  void on_disconnect(std::string_view client, Time now);
  /// At least once a second: a holder that has been silent for 10 s loses the lease.
  void on_tick(Time now);
  /// An epoch that someone else used (on the bus, or in the robot side's state): ours goes beyond it.
  void observe_epoch(uint64_t epoch);

  const std::optional<std::string>& holder() const { return holder_; }
  bool held_by(std::string_view client) const { return holder_ && *holder_ == client; }
  uint64_t epoch() const { return epoch_; }
  schema::LeaseState state(Time now) const;

 private:
  struct Refusal {
    std::string client;
    Time when;
  };

  void give(std::optional<std::string_view> client, Time now);
  bool recently_refused(std::string_view client, Time now) const;
  Verdict refuse(std::string_view client, bool remember, std::string_view why, Time now);

  std::optional<std::string> holder_;
  uint64_t epoch_;
  Time since_;
  Time last_command_{};
  std::vector<Refusal> refusals_;
};

}  // namespace sdr::safety
