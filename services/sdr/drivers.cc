// SPDX-License-Identifier: Apache-2.0
#include "sdr/drivers.h"

#include <sys/wait.h>

#include <sstream>

#include "schema/json_value.h"
#include "sdr/capture.h"
#include "sdr/up_plan.h"

namespace sdr::command {
namespace {

using schema::JsonParser, schema::JsonValue;

std::string text_of(const JsonValue& object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->text() ? std::string(*member->text()) : std::string();
}

bool flag_of(const JsonValue& object, std::string_view key) {
  const auto member = object.find(key);
  return member && member->boolean().value_or(false);
}

// Libraries write to standard output as they please: the answer is the last line.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// Reads the answer, or gives words for why there is none.
template <typename Read>
std::string ask(const std::string& probe, const std::vector<std::string>& question, Read read) {
  ProcessSpec spec{.arguments = {probe}, .environment = {}};
  spec.arguments.insert(spec.arguments.end(), question.begin(), question.end());
  const Result<Captured> answer = capture(spec);
  if (!answer) return answer.error().message();
  if (!answer->succeeded()) return "the trial " + answer->failure();
  JsonParser parser;
  const std::string line = last_line(answer->output);
  const auto json = parser.parse(line);
  if (!json || !json->is_object()) return "the trial gave no answer";
  read(*json);
  return {};
}

}  // namespace

RendererTrial try_renderer(const std::string& probe) {
  RendererTrial trial;
  const std::string failure = ask(probe, {"renderer"}, [&](const JsonValue& json) {
    trial.works = flag_of(json, "works");
    trial.software = flag_of(json, "software");
    trial.name = text_of(json, "name");
    trial.why_not = text_of(json, "why_not");
  });
  if (!failure.empty()) trial.why_not = failure;
  return trial;
}

std::vector<EncoderTrial> try_encoders(const std::string& probe) {
  std::vector<EncoderTrial> trials;
  const Result<Captured> names = capture({.arguments = {probe, "encoder-names"}, .environment = {}});
  std::istringstream lines(names ? names->output : std::string());
  for (std::string name; std::getline(lines, name);) {
    EncoderTrial trial{.name = name};
    const std::string failure = ask(probe, {"encoder", name}, [&](const JsonValue& json) {
      trial.works = flag_of(json, "works");
      trial.codec = text_of(json, "codec");
      trial.why_not = text_of(json, "why_not");
      if (const auto ms = json.find("ms_per_frame"); ms && ms->number()) trial.ms_per_frame = *ms->number();
    });
    if (!failure.empty()) trial.why_not = failure;
    trials.push_back(std::move(trial));
  }
  return trials;
}

NvencTrial try_nvenc(const std::string& probe) {
  const Result<Captured> answer = capture({.arguments = {probe, "nvenc"}, .environment = {}});
  if (!answer) return {1, answer.error().message()};
  const bool exited = !answer->timed_out && WIFEXITED(answer->wait_status);
  if (!exited) return {1, "the trial " + answer->failure()};
  return {WEXITSTATUS(answer->wait_status), last_line(answer->output)};
}

std::string nats_version() {
  const std::string server = find_program("nats-server");
  if (server.empty()) return {};
  const Result<Captured> answer = capture({.arguments = {server, "--version"}, .environment = {}});
  if (!answer || !answer->succeeded()) return {};
  const std::string line = last_line(answer->output);  // "nats-server: v2.9.10"
  return line.substr(line.rfind('v') + 1);
}

}  // namespace sdr::command
