// SPDX-License-Identifier: Apache-2.0
// The golden vectors of schema/golden, which the TypeScript side reads as well: bytes in, values, bytes out.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "base/testing/allocations.h"
#include "schema/codec.h"
#include "schema/command.h"
#include "schema/subjects.h"
#include "schema/wire.h"

namespace sdr::schema {
namespace {

// A golden file and the parser that its values live in.
class Golden {
 public:
  Golden(const std::string& file, const std::string& list) {
    std::stringstream text;
    text << std::ifstream(std::string(SDR_GOLDEN_DIR) + "/" + file).rdbuf();
    const auto root = parser_.parse(text.str());
    if (!root || !root->find(list)) throw std::runtime_error("no golden vectors in " + file);
    JsonItems items(*root->find(list));
    while (const auto item = items.next()) cases.push_back(*item);
  }
  std::vector<JsonValue> cases;

 private:
  JsonParser parser_;
};

std::string text_of(JsonValue value, const char* member) {
  const auto found = value.find(member);
  return found ? std::string(found->text().value_or("")) : "";
}

template <typename T>
std::string written(const T& value) {
  std::string out;
  JsonWriter json(out);
  write(json, value);
  return out;
}

template <typename T>
void check_payload(JsonValue c) {
  const std::string json = text_of(c, "json");
  SCOPED_TRACE(json.substr(0, 200));
  T value;
  const Status status = parse(json, value);
  if (c.find("error_at")) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().context(), text_of(c, "error_at"));
    return;
  }
  ASSERT_TRUE(status.ok()) << status.error().message();
  // What was written reads as the same value, and as the golden one.
  T again, golden;
  ASSERT_TRUE(parse(written(value), again).ok());
  EXPECT_EQ(value, again);
  ReadError error;
  ASSERT_TRUE(read(*c.find("written"), golden, error)) << error.error().message();
  EXPECT_EQ(value, golden);
}

using Check = void (*)(JsonValue);
const std::map<std::string, Check> kPayloadChecks = {
    {"JointState", check_payload<JointState>},
    {"Imu", check_payload<Imu>},
    {"Odometry", check_payload<Odometry>},
    {"TFMessage", check_payload<TFMessage>},
    {"Joy", check_payload<Joy>},
    {"Velocity", check_payload<Velocity>},
    {"SafetyState", check_payload<SafetyState>},
    {"VideoGateState", check_payload<VideoGateState>},
    {"CommandAck", check_payload<CommandAck>},
    {"LeaseState", check_payload<LeaseState>},
    {"LeaseView", check_payload<LeaseView>},
    {"RobotClock", check_payload<RobotClock>},
    {"FrameStats", check_payload<FrameStats>},
    {"PhysicsMetrics", check_payload<PhysicsMetrics>},
    {"RobotList", check_payload<RobotList>},
    {"PolicyList", check_payload<PolicyList>},
    {"Signal", check_payload<Signal>},
};

TEST(GoldenPayloads, AreReadAndWrittenAsTheVectorsSay) {
  std::map<std::string, int> seen;
  Golden golden("payloads.json", "payloads");
  for (const JsonValue c : golden.cases) {
    const std::string type = text_of(c, "type");
    ASSERT_TRUE(kPayloadChecks.contains(type)) << type;
    kPayloadChecks.at(type)(c);
    ++seen[type];
  }
  EXPECT_EQ(seen.size(), kPayloadChecks.size());
  for (const SubjectInfo& info : subject_infos()) EXPECT_TRUE(seen.contains(std::string(info.payload_type)));
}

TEST(GoldenCommands, AreReadAndWrittenAsTheVectorsSay) {
  Golden golden("commands.json", "commands");
  for (const JsonValue c : golden.cases) {
    const std::string json = text_of(c, "json");
    SCOPED_TRACE(json.substr(0, 200));
    ClientCommand command;
    const Status status = parse(json, command);
    if (c.find("written")) {
      ASSERT_TRUE(status.ok()) << status.error().message();
      EXPECT_EQ(written(command), text_of(c, "written"));
      continue;
    }
    static const std::map<std::string, Errc> kErrors = {{"unknown_action", Errc::unknown_action},
                                                        {"missing", Errc::missing},
                                                        {"wrong_kind", Errc::wrong_kind},
                                                        {"out_of_range", Errc::out_of_range},
                                                        {"not_in_list", Errc::not_in_list},
                                                        {"not_json", Errc::not_json},
                                                        {"too_large", Errc::too_large}};
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), make_error_code(kErrors.at(text_of(c, "error")))) << status.error().message();
  }
}

TEST(ClientCommand, KeepsWhatAnAnswerNeedsWhereItIsRefused) {
  ClientCommand command;
  EXPECT_FALSE(parse(R"({"action":"dance","cmd_seq":9,"correlation_id":"q","data":{}})", command).ok());
  EXPECT_EQ(command.action_name, "dance");
  EXPECT_FALSE(command.action.has_value());
  EXPECT_EQ(command.cmd_seq, 9u);
  EXPECT_EQ(command.correlation_id, "q");
  EXPECT_FALSE(parse(R"({"action":"gripper","cmd_seq":8,"correlation_id":"r","data":{"position":"x"}})", command).ok());
  EXPECT_EQ(command.action, Action::gripper);
  EXPECT_EQ(command.cmd_seq, 8u);
  EXPECT_EQ(command.correlation_id, "r");
}

TEST(ControlEnvelope, CarriesACommandToTheRobotSide) {
  ControlEnvelope envelope{"c1", 7, 12, 300, 123456, "id", Twist{{0.5, 0, 0}, {}}}, again;
  ASSERT_TRUE(parse(written(envelope), Action::cmd_vel, again).ok());
  EXPECT_EQ(envelope, again);
  EXPECT_FALSE(parse(R"({"client":"c1","cmd_seq":1,"data":{}})", Action::cmd_vel, again).ok());
  EXPECT_EQ(again.client, "c1");
  EXPECT_TRUE(parse("{}", Action::estop, again).ok());
  EXPECT_TRUE(parse(R"({"client":7,"data":"?"})", Action::estop, again).ok());
}

TEST(ControlEnvelope, SaysWhichLayersKeyframeIsAskedFor) {
  ControlEnvelope envelope, again;
  ASSERT_TRUE(parse(R"({"client":"transport","epoch":1,"cmd_seq":1,"data":{}})", Action::request_idr, envelope).ok());
  EXPECT_EQ(std::get<IdrData>(envelope.data), IdrData{});  // the first camera, in full
  envelope.data = IdrData{"wrist", Layer::low, false};
  const std::string text = written(envelope);
  EXPECT_NE(text.find(R"("data":{"camera":"wrist","layer":"low","keyframe":false})"), std::string::npos) << text;
  ASSERT_TRUE(parse(text, Action::request_idr, again).ok());
  EXPECT_EQ(envelope, again);
  EXPECT_FALSE(
      parse(R"({"client":"transport","epoch":1,"cmd_seq":1,"data":{"layer":"lower"}})", Action::request_idr, again)
          .ok());
}

TEST(Steady, ATwistIsReadAndWrittenWithoutAllocating) {
  const std::string json =
      R"({"client":"a-client-with-a-long-name","epoch":7,"cmd_seq":12,"ttl_ms":300,"echo_us":1,"data":{"linear":{"x":0.5}}})";
  ControlEnvelope envelope;
  std::string out;
  const auto turn = [&] {
    out.clear();
    JsonWriter writer(out);
    ASSERT_TRUE(parse(json, Action::cmd_vel, envelope).ok());
    write(writer, envelope);
  };
  turn();
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 300; ++i) turn();
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

// --- binary messages ---

std::vector<uint8_t> bytes_of(const std::string& hex) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}

template <typename T>
T number(JsonValue value, const char* member) {
  return static_cast<T>(value.find(member).value().number().value());
}

VideoHeader value_of(JsonValue v, VideoHeader) {
  return {number<uint64_t>(v, "frame_id"),  number<uint64_t>(v, "frame_seq"), number<uint32_t>(v, "size"),
          number<uint16_t>(v, "flags"),     number<uint16_t>(v, "codec"),     number<uint32_t>(v, "crc32"),
          number<uint32_t>(v, "capture_us")};
}
TelemetryMessage value_of(JsonValue v, TelemetryMessage) {
  return {v.find("subject")->text().value(), v.find("payload")->text().value()};
}
ClockMessage value_of(JsonValue v, ClockMessage) {
  return {number<uint8_t>(v, "kind"), number<uint64_t>(v, "client_us"), number<uint64_t>(v, "server_us")};
}
ChannelTwist value_of(JsonValue v, ChannelTwist) {
  return {number<uint32_t>(v, "sequence"), number<uint16_t>(v, "ttl_ms"), number<uint64_t>(v, "echo_us"),
          number<float>(v, "linear_x"),    number<float>(v, "linear_y"),  number<float>(v, "linear_z"),
          number<float>(v, "angular_x"),   number<float>(v, "angular_y"), number<float>(v, "angular_z")};
}
ChannelGamepad value_of(JsonValue v, ChannelGamepad) {
  ChannelGamepad out{number<uint32_t>(v, "sequence"), 0, {}, number<uint32_t>(v, "buttons")};
  JsonItems axes(*v.find("axes"));
  while (const auto axis = axes.next()) out.axes[out.axes_count++] = static_cast<float>(axis->number().value());
  return out;
}
ChannelAck value_of(JsonValue v, ChannelAck) { return {number<uint32_t>(v, "sequence"), number<uint8_t>(v, "status")}; }
ChannelClock value_of(JsonValue v, ChannelClock) { return {number<uint64_t>(v, "robot_us")}; }

template <typename T, Result<T> (*decode)(std::span<const uint8_t>)>
void check_binary(JsonValue c) {
  SCOPED_TRACE(text_of(c, "hex"));
  const auto bytes = bytes_of(text_of(c, "hex"));
  const Result<T> decoded = decode(bytes);
  if (!c.find("value")) {
    static const std::map<std::string, Errc> kErrors = {{"truncated", Errc::truncated},
                                                        {"trailing_bytes", Errc::trailing_bytes},
                                                        {"not_in_list", Errc::not_in_list},
                                                        {"out_of_range", Errc::out_of_range}};
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.error().code(), make_error_code(kErrors.at(text_of(c, "error"))));
    return;
  }
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  const T golden = value_of(*c.find("value"), T{});
  EXPECT_EQ(*decoded, golden);
  std::string out;
  encode(golden, out);
  EXPECT_EQ(out, std::string(bytes.begin(), bytes.end()));
}

const std::map<std::string, Check> kBinaryChecks = {
    {"VideoHeader", check_binary<VideoHeader, decode_video_header>},
    {"TelemetryMessage", check_binary<TelemetryMessage, decode_telemetry_message>},
    {"ClockMessage", check_binary<ClockMessage, decode_clock_message>},
    {"ChannelTwist", check_binary<ChannelTwist, decode_channel_twist>},
    {"ChannelGamepad", check_binary<ChannelGamepad, decode_channel_gamepad>},
    {"ChannelAck", check_binary<ChannelAck, decode_channel_ack>},
    {"ChannelClock", check_binary<ChannelClock, decode_channel_clock>},
};

TEST(GoldenBinary, IsDecodedAndEncodedAsTheVectorsSay) {
  std::map<std::string, int> seen;
  Golden golden("binary.json", "messages");
  for (const JsonValue c : golden.cases) {
    kBinaryChecks.at(text_of(c, "type"))(c);
    ++seen[text_of(c, "type")];
  }
  EXPECT_EQ(seen.size(), kBinaryChecks.size());
}

TEST(Actions, KnowTheirSubjectsAndDemands) {
  for (size_t i = 0; i < kActionCount; ++i) {
    const auto action = static_cast<Action>(i);
    EXPECT_EQ(action_from(info(action).name), action);
    EXPECT_EQ(info(action).subject.empty(), info(action).to_transport);
  }
  for (const Action free : {Action::estop, Action::estop_clear, Action::pause, Action::reset}) {
    EXPECT_EQ(info(free).gate, GateLevel::never);
  }
  EXPECT_FALSE(info(Action::estop).needs_lease);
  EXPECT_EQ(info(Action::estop).role, Role::viewer);
  EXPECT_EQ(action_from("CMD_VEL"), std::nullopt);
}

}  // namespace
}  // namespace sdr::schema
