# SPDX-License-Identifier: Apache-2.0
"""schema/actions.h and actions.cc: the closed list of commands and what each demands."""
from . import cpp


def info_line(action: dict) -> str:
    subject = "" if action.get("to") == "transport" else f"control.{action['name']}"
    flags = (action["lease"], action.get("from") != "transport", action.get("to") == "transport")
    return (f'    {{"{action["name"]}", "{subject}", GateLevel::{action["gate"]}, Role::{cpp.identifier(action["role"])}, '
            f'Queueing::{action["queue"]}, {", ".join(cpp.literal(flag) for flag in flags)}}},')


def header(schema) -> str:
    names = ", ".join(action["name"] for action in schema.actions)
    variants = ", ".join(schema.action_data_types())
    body = f"""enum class Action : uint8_t {{ {names} }};
inline constexpr size_t kActionCount = {len(schema.actions)};

/// What the transport's closed gate refuses: motion from 1 s without a frame, command from 5 s, never not at all.
enum class GateLevel : uint8_t {{ motion, command, never }};
/// The least that a client must be.
enum class Role : uint8_t {{ viewer, operator_, admin }};
/// How several of one client wait: all in order, the newest only, or none at all.
enum class Queueing : uint8_t {{ all, newest, at_once }};

struct ActionInfo {{
  std::string_view name;
  std::string_view subject;  // on the bus, without namespace; empty where the command asks the transport itself
  GateLevel gate;
  Role role;
  Queueing queueing;
  bool needs_lease;
  bool from_browser;  // false: only the transport sends it
  bool to_transport;  // answered by the transport, never on the bus
}};

const ActionInfo& info(Action action);
std::optional<Action> action_from(std::string_view name);

using ActionData = std::variant<{variants}>;

/// Reads the data of an action into the alternative that belongs to it.
[[nodiscard]] bool read_action_data(Action action, JsonValue value, ActionData& out, ReadError& error);
/// The data that an action has when nothing is said.
ActionData default_action_data(Action action);
void write_action_data(JsonWriter& json, const ActionData& data);
"""
    includes = ["<cstddef>", "<cstdint>", "<optional>", "<string_view>", "<variant>", "", '"schema/codec.h"']
    return cpp.file_text(True, includes, body)


def source(schema) -> str:
    infos = "\n".join(info_line(action) for action in schema.actions)
    reads = "".join(f"    case Action::{action['name']}: return read_as<{action['data']}>(value, out, error);\n"
                    for action in schema.actions)
    defaults = "".join(f"    case Action::{action['name']}: return {action['data']}{{}};\n" for action in schema.actions)
    body = f"""namespace {{

constexpr std::array<ActionInfo, kActionCount> kInfos = {{{{
{infos}
}}}};

template <typename T>
bool read_as(JsonValue value, ActionData& out, ReadError& error) {{
  T* held = std::get_if<T>(&out);
  return read(value, held ? *held : out.emplace<T>(), error);
}}

}}  // namespace

const ActionInfo& info(Action action) {{
  SDR_ASSERT_OP(static_cast<size_t>(action), <, kActionCount);
  return kInfos[static_cast<size_t>(action)];
}}

std::optional<Action> action_from(std::string_view name) {{
  for (size_t i = 0; i < kActionCount; ++i) {{
    if (kInfos[i].name == name) return static_cast<Action>(i);
  }}
  return std::nullopt;
}}

bool read_action_data(Action action, JsonValue value, ActionData& out, ReadError& error) {{
  switch (action) {{
{reads}  }}
  return error.fail(Errc::unknown_action);
}}

ActionData default_action_data(Action action) {{
  switch (action) {{
{defaults}  }}
  return NoData{{}};
}}

void write_action_data(JsonWriter& json, const ActionData& data) {{
  std::visit([&](const auto& value) {{ write(json, value); }}, data);
}}
"""
    return cpp.file_text(False, ['"schema/actions.h"', "", "<array>", "", '"base/assert.h"'], body)
