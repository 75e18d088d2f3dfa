// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/actions.h"

// A command on its two ways: from a browser to the transport (message 0x04), and from the transport to the robot side
// (subject control.ACTION).
//
// An estop counts however broken the rest of it is: whatever names the action `estop` reads as one. On the bus the
// subject alone decides; the robot side stops for any message on control.estop, readable or not.
// Thread: one at a time per value. A value that is read into again keeps its memory.

namespace sdr::schema {

/// {"action","cmd_seq","ttl_ms"?,"echo_us"?,"correlation_id"?,"data"}
struct ClientCommand {
  std::string action_name;       // as sent, at most 64 bytes, for the answer
  std::optional<Action> action;  // nothing where it is not in the closed list
  uint64_t cmd_seq = 0;
  std::optional<uint32_t> ttl_ms;
  std::optional<uint64_t> echo_us;
  std::optional<std::string> correlation_id;
  ActionData data;
  bool operator==(const ClientCommand&) const = default;
};

/// Where it fails, whatever could be read of the name, sequence and correlation id stands in `out` for the answer.
/// Errors: too_large beyond kCommandBytesMax, unknown_action (to be answered `unsupported`), else form.
Status parse(std::string_view json, ClientCommand& out);
void write(JsonWriter& json, const ClientCommand& command);

/// {"client","epoch","cmd_seq","ttl_ms"?,"echo_us"?,"correlation_id"?,"data"}; the action is the subject's.
struct ControlEnvelope {
  std::string client;
  uint64_t epoch = 0;
  uint64_t cmd_seq = 0;
  std::optional<uint32_t> ttl_ms;
  std::optional<uint64_t> echo_us;
  std::optional<std::string> correlation_id;
  ActionData data;
  bool operator==(const ControlEnvelope&) const = default;
};

/// Where it fails, what could be read of client, sequence and correlation id stands in `out` for the answer.
Status parse(std::string_view json, Action action, ControlEnvelope& out);
void write(JsonWriter& json, const ControlEnvelope& envelope);

}  // namespace sdr::schema
