// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/faults/stand.h"

// What may break while the robot is driven, one row each: how it is brought about, how soon the motors must be told to
// stand still, and where the robot side then comes to rest. The suite walks through the table and asks what happens;
// the benchmark does too, and asks how long it takes.

namespace sdr::faults {

struct Fault {
  std::string_view name;
  std::string_view bound_from;  // the row of safety.md that it comes from
  Duration bound;               // from the fault to motors at zero; for what the robot outlives, none
  schema::Mode rests_in;
  schema::SafetyReason reason;
  void (*inflict)(Stand&);
  void (*heal)(Stand&);
  bool by_process = false;    // driven by a process of its own
  bool from_its_end = false;  // the time counts from when `inflict` is done
};

/// Outages last a minute each: the benchmark's, not the suite's.
enum class Group { processes, network, ring, outages };
std::span<const Fault> faults(Group group);

struct Outcome {
  Duration to_zero{0};
  std::string wrong;  // in words; empty: all as promised
};

/// Drives, inflicts, watches, heals while the stick is still held over, and drives again. Where the fault should not
/// stop the robot, watches that it goes on.
Outcome suffer(Stand& stand, const Fault& fault);

}  // namespace sdr::faults
