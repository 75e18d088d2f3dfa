// SPDX-License-Identifier: Apache-2.0
#include "schema/command.h"

#include "schema/write.h"

namespace sdr::schema {
namespace {

constexpr Text kId{64};
constexpr Integer kSequence{0, (int64_t{1} << 53) - 1};
constexpr Integer kTtl{0, 0xffffffff};

// An absent `data` reads as {}: whether that is enough is for the action's data to say.
JsonValue empty_object() {
  thread_local JsonParser parser;
  thread_local const JsonValue value = *parser.parse("{}");
  return value;
}

// Notes the first thing that was wrong and goes on: the answer to a bad command needs its other members.
class FirstError {
 public:
  explicit FirstError(ReadError& error) : error_(error) {}
  ReadError& next() { return good_ ? error_ : ignored_; }
  void note(bool read_well) { good_ = good_ && read_well; }
  bool good() const { return good_; }

 private:
  ReadError& error_;
  ReadError ignored_;
  bool good_ = true;
};

template <typename Command>
bool read_common(JsonValue value, Action action, Command& out, ReadError& error) {
  FirstError first(error);
  if (info(action).to_transport) {
    first.note(defaulted(value, "cmd_seq", out.cmd_seq, uint64_t{0}, first.next(), kSequence));
  } else {
    first.note(required(value, "cmd_seq", out.cmd_seq, first.next(), kSequence));
  }
  first.note(optional(value, "ttl_ms", out.ttl_ms, first.next(), kTtl));
  first.note(optional(value, "echo_us", out.echo_us, first.next(), kSequence));
  first.note(optional(value, "correlation_id", out.correlation_id, first.next(), kId));
  const JsonValue data = value.find("data").value_or(empty_object());
  if (first.good() && !read_action_data(action, data, out.data, error)) first.note(error.at("data"));
  return first.good();
}

template <typename Command>
void forget(Command& out) {
  out.cmd_seq = 0;
  out.ttl_ms.reset();
  out.echo_us.reset();
  out.correlation_id.reset();
}

// Whatever of an estop does not read is left at nothing; it is an estop all the same.
template <typename Command>
Status finish(bool read_well, Action action, const ReadError& error, Command& out) {
  if (read_well) return Status();
  if (action != Action::estop) return error.error();
  out.data = EstopData{};
  return Status();
}

template <typename Command>
void write_common(JsonWriter& json, const Command& command) {
  write_member(json, "cmd_seq", command.cmd_seq);
  write_present(json, "ttl_ms", command.ttl_ms);
  write_present(json, "echo_us", command.echo_us);
  write_present(json, "correlation_id", command.correlation_id);
  json.key("data");
  write_action_data(json, command.data);
}

Result<JsonValue> parse_object(std::string_view json, size_t bytes_max) {
  if (json.size() > bytes_max) return Error(Errc::too_large);
  const auto value = thread_parser().parse(json);
  if (!value) return Error(Errc::not_json);
  if (!value->is_object()) return Error(Errc::wrong_kind);
  return *value;
}

}  // namespace

Status parse(std::string_view json, ClientCommand& out) {
  out.action_name.clear();
  out.action.reset();
  forget(out);
  const auto value = parse_object(json, kCommandBytesMax);
  if (!value) return value.error();
  ReadError error;
  if (!required(*value, "action", out.action_name, error, kId)) return error.error();
  out.action = action_from(out.action_name);
  // An unknown action is read as one without data, for the sake of its sequence and correlation id.
  const bool read_well = read_common(*value, out.action.value_or(Action::reset), out, error);
  if (!out.action || !info(*out.action).from_browser) return Error(Errc::unknown_action, out.action_name);
  return finish(read_well, *out.action, error, out);
}

void write(JsonWriter& json, const ClientCommand& command) {
  json.begin_object();
  write_member(json, "action", command.action_name);
  write_common(json, command);
  json.end_object();
}

Status parse(std::string_view json, Action action, ControlEnvelope& out) {
  out.client.clear();
  out.epoch = 0;
  forget(out);
  const auto value = parse_object(json, kPayloadBytesMax);
  if (!value) return value.error();
  ReadError error;
  FirstError first(error);
  first.note(required(*value, "client", out.client, first.next(), kId));
  first.note(required(*value, "epoch", out.epoch, first.next(), kSequence));
  first.note(read_common(*value, action, out, first.next()));
  return finish(first.good(), action, error, out);
}

void write(JsonWriter& json, const ControlEnvelope& envelope) {
  json.begin_object();
  write_member(json, "client", envelope.client);
  write_member(json, "epoch", envelope.epoch);
  write_common(json, envelope);
  json.end_object();
}

}  // namespace sdr::schema
