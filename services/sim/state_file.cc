// SPDX-License-Identifier: Apache-2.0
#include "sim/state_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/file_descriptor.h"
#include "base/json_writer.h"
#include "schema/codec.h"

namespace sdr::sim {
namespace {

/// The file has the form of telemetry.safety.state, so that one parser serves both.
std::string to_json(const safety::SavedState& saved) {
  schema::SafetyState state;
  state.state_id = saved.state_id;
  state.mode = saved.mode;
  state.reason = saved.reason;
  state.detail = saved.detail;
  state.epoch = saved.epoch;
  std::string text;
  JsonWriter json(text);
  write(json, state);
  return text + "\n";
}

}  // namespace

Result<std::optional<safety::SavedState>> load_state(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::optional<safety::SavedState>();
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return system_error(path.string(), EIO);
  Result<schema::SafetyState> state = schema::parse_safety_state(text.str());
  if (!state) return Error(state.error().code(), path.string() + ": " + state.error().context());
  return std::optional(safety::SavedState{.state_id = state->state_id,
                                          .epoch = state->epoch.value_or(0),
                                          .mode = state->mode,
                                          .reason = state->reason,
                                          .detail = state->detail.value_or("")});
}

Status save_state(const std::filesystem::path& path, const safety::SavedState& state) {
  const std::string text = to_json(state), temporary = path.string() + ".new";
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return system_error(temporary);
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return system_error(temporary);
  file.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error(path.string());
  return {};
}

}  // namespace sdr::sim
