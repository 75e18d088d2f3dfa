// SPDX-License-Identifier: Apache-2.0
#include "sim/command_trace.h"

#include <fcntl.h>

#include "base/config.h"
#include "base/log.h"
#include "schema/codec.h"

namespace sdr::sim {
namespace {

/// One line: opens with time and kind, and is closed when it goes.
class Line {
 public:
  Line(std::string& text, uint64_t t_us, std::string_view kind) : text_(text), json_(text) {
    json_.begin_object();
    json_.member("t_us", t_us);
    json_.member("kind", kind);
  }
  ~Line() {
    json_.end_object();
    text_ += '\n';
  }
  JsonWriter& json() { return json_; }

 private:
  std::string& text_;
  JsonWriter json_;
};

void write_twist(JsonWriter& json, const schema::Twist& twist) {
  json.key("twist");
  schema::write(json, twist);
}

}  // namespace

CommandTrace::CommandTrace(const std::string& path, std::string_view robot_side, const Counter& dropped)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)), dropped_(dropped) {
  if (!file_) throw ConfigError("trace_commands: " + system_error(path).message());
  Line(text_, monotonic_us(), "start").json().member("robot_side", robot_side);
  flush();
}

void CommandTrace::write(const SimOutput& output) {
  if (!file_) return;
  if (const auto* decided = std::get_if<Decided>(&output)) write(*decided);
  if (const auto* applied = std::get_if<Applied>(&output)) write(*applied);
  if (const auto* changed = std::get_if<SafetyChanged>(&output)) write(*changed);
}

void CommandTrace::write(const Decided& decided) {
  const schema::ControlEnvelope& e = decided.command.envelope;
  Line line(text_, to_us(decided.at), "command");
  JsonWriter& json = line.json();
  json.member("client", e.client);
  json.member("epoch", e.epoch);
  json.member("cmd_seq", e.cmd_seq);
  json.member("action", schema::info(decided.command.action).name);
  if (e.echo_us) json.member("echo_us", *e.echo_us);
  if (e.ttl_ms) json.member("ttl_ms", *e.ttl_ms);
  if (const auto* twist = std::get_if<schema::Twist>(&e.data)) write_twist(json, *twist);
  json.member("status", schema::to_text(decided.verdict.status));
  json.member("detail", decided.verdict.detail);
}

void CommandTrace::write(const Applied& applied) {
  Line line(text_, to_us(applied.at), "applied");
  line.json().member("mode", schema::to_text(applied.mode));
  write_twist(line.json(), applied.twist);
  line.json().member("authority_until_us", to_us(applied.authority_until));
}

void CommandTrace::write(const SafetyChanged& changed) {
  Line line(text_, to_us(changed.at), "safety");
  line.json().member("state_id", changed.state.state_id);
  line.json().member("mode", schema::to_text(changed.state.mode));
  line.json().member("reason", schema::to_text(changed.state.reason));
}

void CommandTrace::report_lost() {
  const uint64_t dropped = dropped_.value();
  if (dropped == dropped_told_) return;
  Line(text_, monotonic_us(), "lost").json().member("count", dropped - dropped_told_);
  dropped_told_ = dropped;
}

void CommandTrace::flush() {
  if (!file_) return;
  report_lost();
  if (text_.empty()) return;
  const ssize_t written = ::write(file_.get(), text_.data(), text_.size());
  if (written != static_cast<ssize_t>(text_.size())) {
    log_error("The trace of commands ends here", {{"reason", system_error("write").message()}});
    file_.reset();
  }
  text_.clear();
}

}  // namespace sdr::sim
