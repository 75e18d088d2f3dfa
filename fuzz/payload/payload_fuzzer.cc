// SPDX-License-Identifier: Apache-2.0
// Whatever comes from the bus or a browser: it is read or refused, and what was read is written so that it reads the
// same again. The first byte of the input chooses the reader.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/json_writer.h"
#include "schema/codec.h"
#include "schema/command.h"
#include "schema/subjects.h"
#include "schema/wire.h"

namespace {

using namespace sdr;
using namespace sdr::schema;

template <typename T>
std::string written(const T& value) {
  std::string out;
  JsonWriter json(out);
  write(json, value);
  return out;
}

template <typename T>
void check_payload(std::string_view text) {
  T value, again;
  if (!parse(text, value)) return;
  SDR_ASSERT(parse(written(value), again).ok(), written(value));
  SDR_ASSERT(value == again, written(value));
}

void check_client_command(std::string_view text) {
  ClientCommand command, again;
  if (!parse(text, command)) return;
  const std::string out = written(command);
  if (out.size() <= kCommandBytesMax) SDR_ASSERT(parse(out, again).ok() && command == again, out);
}

void check_envelope(Action action, std::string_view text) {
  ControlEnvelope envelope, again;
  if (!parse(text, action, envelope)) return;
  SDR_ASSERT(parse(written(envelope), action, again).ok() && envelope == again, written(envelope));
}

template <typename T, Result<T> (*decode)(std::span<const uint8_t>)>
void check_binary(std::span<const uint8_t> bytes) {
  const Result<T> message = decode(bytes);
  if (!message) return;
  std::string out;
  encode(*message, out);
  SDR_ASSERT(out == std::string_view(reinterpret_cast<const char*>(bytes.data()), out.size()), "encodes otherwise");
}

void check_binaries(std::span<const uint8_t> bytes) {
  check_binary<VideoHeader, decode_video_header>(bytes);
  check_binary<TelemetryMessage, decode_telemetry_message>(bytes);
  check_binary<ClockMessage, decode_clock_message>(bytes);
  check_binary<ChannelTwist, decode_channel_twist>(bytes);
  check_binary<ChannelGamepad, decode_channel_gamepad>(bytes);
  check_binary<ChannelAck, decode_channel_ack>(bytes);
  check_binary<ChannelClock, decode_channel_clock>(bytes);
}

using Check = void (*)(std::string_view);
constexpr Check kPayloads[] = {
    check_payload<JointState>, check_payload<Imu>,        check_payload<Odometry>,       check_payload<TFMessage>,
    check_payload<Joy>,        check_payload<Velocity>,   check_payload<SafetyState>,    check_payload<VideoGateState>,
    check_payload<CommandAck>, check_payload<LeaseState>, check_payload<LeaseView>,      check_payload<RobotClock>,
    check_payload<FrameStats>, check_payload<RobotList>,  check_payload<PhysicsMetrics>, check_payload<PolicyList>,
    check_payload<Signal>,     check_client_command,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::span<const uint8_t> rest(data + 1, size - 1);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  size_t choice = data[0];
  if (choice < std::size(kPayloads)) {
    kPayloads[choice](text);
  } else if ((choice -= std::size(kPayloads)) < kActionCount) {
    check_envelope(static_cast<Action>(choice), text);
  } else {
    check_binaries(rest);
  }
  return 0;
}
