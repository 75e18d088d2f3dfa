// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "schema/command.h"
#include "transport/bus_port.h"
#include "transport/command_state.h"
#include "transport/supervision.h"

// What becomes of a browser's command (0x04): checked for form, rate, sequence, gate and lease, then put on the bus
// with the sender's id and the lease's epoch, or answered here. `estop` skips all of that and goes at once.
//
// Of the twists (and of the gamepad states) that arrive together, the newest goes on and the others are answered
// `refused`: a slot of one per kind, emptied when what has arrived is read. Every command is answered, by the robot
// side or here.
//
// Thread: the loop's. Bounds: a command is 1 KiB; 100 per second and client, and as many twists and gamepad states
// each; 16 that arrive together. A twist's way allocates nothing and takes no lock once warm.

namespace sdr::transport {

class Commander;

class Control {
 public:
  struct Hooks {
    /// telemetry.command.ack, as a value and in its JSON.
    std::function<void(Commander& client, const schema::CommandAck& ack, std::string_view payload)> answer;
    std::function<bool(Commander& client, const std::optional<std::string>& camera)> want_keyframe;
    std::function<bool(Commander& client, bool video)> watch;
    std::function<std::optional<schema::Role>(std::string_view client)> role_of;  // nothing: it is not connected
    std::function<Time()> now;
  };

  Control(BusPort& bus, Supervision& supervision, Registry& registry, Hooks hooks);

  /// The answer to an `auth`, whoever decides on it.
  void answer(Commander& client, const schema::ClientCommand& command, schema::AckStatus status,
              std::string_view detail);

  /// One command's JSON.
  void on_command(Commander& client, std::string_view json);
  /// One that is read already, as the data channel `control` has them.
  void on_command(Commander& client, schema::ClientCommand command);
  /// What had arrived of this client is read: the newest twist and gamepad state go on.
  void on_read_end(Commander& client);

 private:
  struct Waiting {
    bool filled = false;
    schema::ClientCommand command;
  };

  void take(Commander& client, const Status& parsed, bool by_channel);
  void refuse_unread(Commander& client, const Error& error);
  void estop(Commander& client);
  void hold_newest(Commander& client, Waiting& slot);
  void pass_newest(Commander& client);
  void pass(Commander& client, schema::ClientCommand& command);
  safety::Verdict check(Commander& client, schema::ClientCommand& command);
  safety::Verdict check_lease(Commander& client, const schema::ClientCommand& command);
  safety::Verdict fill_echo(Commander& client, schema::ClientCommand& command);
  safety::Verdict ask_transport(Commander& client, const schema::ClientCommand& command);
  safety::Verdict ask_lease(Commander& client, const schema::LeaseData& data);
  safety::Verdict hand(Commander& client, const std::optional<std::string>& to, Time now);
  bool publish(Commander& client, schema::ClientCommand& command);

  BusPort& bus_;
  Supervision& supervision_;
  Hooks hooks_;
  // Used again for each command, so that their memory is.
  schema::ClientCommand command_;
  schema::ControlEnvelope envelope_;
  std::array<Waiting, 2> newest_;  // twist, gamepad: of the client whose bytes are being read
  std::string text_;
  std::string answer_text_;
  schema::CommandAck ack_;
  Histogram& latency_;
  Counter& passed_;
  Counter& refused_;
  Counter& malformed_;
  Counter& superseded_;
  Counter& estops_;
  RateLimit estops_logged_{5};  // who floods with stops floods no log
  uint64_t read_us_ = 0;        // when the first command of this read was seen
};

}  // namespace sdr::transport
