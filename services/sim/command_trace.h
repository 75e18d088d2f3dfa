// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/file_descriptor.h"
#include "base/metrics.h"
#include "sim/commands.h"

// What was asked of the robot, what was decided, and what the motors were told, one JSON object a line, in the order in
// which physics did it and with the robot's own clock: enough to show afterwards, by whoever reads it, that no command
// outlived its authority. Written where `trace_commands` names a file; appended to, so that a crash loses nothing.
//
// | kind      | when                                                | members beside t_us | | start     | the process
// began                                   | robot_side                                           | | command   | a
// command was decided                               | client, epoch, cmd_seq, action, echo_us?, ttl_ms?,    | | | |
// twist?, status, detail                               | | applied   | the motors' twist or the mode it is told in
// changed | mode, twist, authority_until_us                      | | safety    | telemetry.safety.state changed |
// state_id, mode, reason                               | | lost      | physics' queue was full: lines are missing |
// count                                                |
//
// Thread: the event loop's. Bounds: a line is below 2 KiB; lines of one turn leave in one write. Errors: a file that
// cannot be made is a ConfigError; a write that fails is logged once, and nothing more is written.

namespace sdr::sim {

class CommandTrace {
 public:
  /// `dropped` counts what physics could not hand over.
  CommandTrace(const std::string& path, std::string_view robot_side, const Counter& dropped);

  void write(const SimOutput& output);
  /// At the end of a turn.
  void flush();

 private:
  void write(const Decided& decided);
  void write(const Applied& applied);
  void write(const SafetyChanged& changed);
  void report_lost();

  FileDescriptor file_;
  const Counter& dropped_;
  uint64_t dropped_told_ = 0;
  std::string text_;
};

}  // namespace sdr::sim
