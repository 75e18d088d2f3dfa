// SPDX-License-Identifier: Apache-2.0
#include "sim_client.h"

#include <algorithm>

#include "frames/ring_path.h"
#include "schema/subjects.h"

namespace sdr::testing {
namespace {

namespace subjects = schema::subjects;
using namespace std::chrono_literals;

class VectorSink final : public frames::FrameSink {
 public:
  explicit VectorSink(std::vector<std::byte>& out) : out_(out) {}
  std::byte* payload_buffer(const frames::FrameHeader& header) override {
    out_.resize(header.size);
    return out_.data();
  }

 private:
  std::vector<std::byte>& out_;
};

}  // namespace

void RingFollower::read() {
  VectorSink sink(payload);
  frames::FrameHeader header;
  while (reader_.next(sink, header) == frames::ReadState::kFrame) {
    headers.push_back(header);
    if (header.is_keyframe()) keyframe = payload;
  }
}

size_t RingFollower::keyframes() const {
  return static_cast<size_t>(std::ranges::count_if(headers, [](const auto& h) { return h.is_keyframe(); }));
}

SimClient::SimClient(const std::string& nats_url, const std::string& ring_path)
    : full(ring_path),
      low(frames::ring_path(ring_path, "", frames::Layer::kLow).value()),
      bus_(loop_, registry_, {.url = nats_url, .service = "sim-test", .name_space = {}, .user = {}, .password = {}}) {
  const auto keep = [this]<typename T>(std::string_view subject, T& to) {
    bus::subscribe<T>(bus_, subject, [&to](const T& value) { to = value; });
  };
  keep(subjects::kTelemetrySafetyState, safety);
  keep(subjects::kTelemetryOdom, odometry);
  keep(subjects::kTelemetryJoints, joints);
  keep(subjects::kTelemetryRobotList, robots);
  keep(subjects::kTelemetryFrameStats, stats);
  keep(subjects::kSimMetricsPhysics, physics);
  bus::subscribe<schema::RobotClock>(bus_, subjects::kTelemetryClock,
                                     [this](const schema::RobotClock& clock) { robot_us_ = clock.robot_us; });
  bus::subscribe<schema::CommandAck>(bus_, subjects::kTelemetryCommandAck,
                                     [this](const schema::CommandAck& ack) { acks_.push_back(ack); });
  bus_.start();
}

bool SimClient::until(const std::function<bool()>& condition) {
  const Time end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop_.run_once(2ms);
    full.read();
    low.read();
  }
  return true;
}

void SimClient::lease(uint64_t epoch) {
  epoch_ = epoch;
  schema::LeaseState state;
  state.holder = "pilot";
  state.epoch = epoch;
  bus::publish(bus_, subjects::kTelemetryControlLease, state);
}

void SimClient::send(schema::Action action, schema::ActionData data) {
  schema::ControlEnvelope envelope;
  envelope.client = "pilot";
  envelope.epoch = epoch_;
  envelope.cmd_seq = ++sequences_[action];
  envelope.echo_us = robot_us_;
  envelope.data = std::move(data);
  bus::publish_command(bus_, action, envelope);
}

schema::CommandAck SimClient::command(schema::Action action, schema::ActionData data) {
  send(action, std::move(data));
  const std::string_view name = schema::info(action).name;
  const auto mine = [&](const schema::CommandAck& ack) {
    return ack.action == name && ack.cmd_seq == sequences_[action] && ack.client == "pilot";
  };
  schema::CommandAck answer;
  answer.status = schema::AckStatus::error;
  answer.detail = "no answer came";
  until([&] {
    for (const schema::CommandAck& ack : acks_) {
      if (mine(ack)) answer = ack;
    }
    return answer.cmd_seq != 0;
  });
  return answer;
}

bool SimClient::drive(double x, double yaw, const std::function<bool()>& condition) {
  schema::Twist twist;
  twist.linear.x = x;
  twist.angular.z = yaw;
  Time next{};
  return until([&] {
    if (const Time now = std::chrono::steady_clock::now(); now >= next) {
      next = now + 20ms;
      send(schema::Action::cmd_vel, twist);
    }
    return condition();
  });
}

}  // namespace sdr::testing
