// SPDX-License-Identifier: Apache-2.0
#include "sim/publisher.h"

#include <algorithm>

#include "schema/codec.h"
#include "schema/subjects.h"

namespace sdr::sim {
namespace {

namespace subjects = schema::subjects;
using namespace std::chrono_literals;

uint64_t milliseconds(Duration d) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

schema::Codec codec_of(video::Codec codec) {
  switch (codec) {
    case video::Codec::kHevc:
      return schema::Codec::hevc;
    case video::Codec::kJpeg:
      return schema::Codec::jpeg;
    case video::Codec::kH264:
      break;
  }
  return schema::Codec::h264;
}

std::vector<schema::Codec> codecs() {
  std::vector<schema::Codec> out;
  for (const video::Codec codec : video::codecs_to_ask_for()) out.push_back(codec_of(codec));
  return out;
}

}  // namespace

Publisher::Publisher(EventLoop& loop, bus::Bus& bus, RenderThread& render, EncodeThread& encode,
                     PhysicsThread::Stats physics_stats, StreamStats stream_stats, std::string robot_side,
                     schema::RobotList robots)
    : render_(render),
      encode_(encode),
      physics_stats_(physics_stats),
      stats_(stream_stats),
      robot_side_(std::move(robot_side)),
      telemetry_([&bus](std::string_view subject, std::string_view payload) { bus.publish(subject, payload); }),
      robots_(std::move(robots)),
      codecs_(codecs()),
      render_us_(*stats_.render_us),
      encode_us_(*stats_.encode_us),
      publish_us_(*stats_.publish_us),
      step_us_(*physics_stats_.step_us),
      statistics_at_(loop.now()) {
  loop.every(50ms, [this] { clock(); });
  loop.every(500ms, [this] { repeat_safety(); });
  loop.every(1s, [this] { statistics(); });
  loop.every(2s, [this] { lists(); });
}

void Publisher::speak() {
  speaking_ = true;
  repeat_safety();
  lists();
}

void Publisher::snapshot(const SimSnapshot& snapshot) {
  contacts_ = snapshot.state.contacts;
  paused_ = snapshot.paused;
  if (snapshot.description && robots_.current != snapshot.description->name) {
    robots_.current = snapshot.description->name;
    lists();
  }
  if (speaking_) telemetry_.publish(snapshot);
}

void Publisher::safety(const schema::SafetyState& state) {
  safety_ = state;
  safety_.robot_side = robot_side_;
  safety_told_ = std::chrono::steady_clock::now();
  safety_known_ = true;
  if (speaking_) telemetry_.send(subjects::kTelemetrySafetyState, safety_);
}

void Publisher::repeat_safety() {
  if (!speaking_ || !safety_known_) return;
  schema::SafetyState now = safety_;
  now.since_ms += milliseconds(std::chrono::steady_clock::now() - safety_told_);
  telemetry_.send(subjects::kTelemetrySafetyState, now);
}

void Publisher::ack(const schema::CommandAck& ack) {
  if (speaking_) telemetry_.send(subjects::kTelemetryCommandAck, ack);
}

void Publisher::clock() {
  if (speaking_) telemetry_.send(subjects::kTelemetryClock, schema::RobotClock{.robot_us = monotonic_us()});
}

void Publisher::lists() {
  if (!speaking_) return;
  if (const std::string camera = render_.camera(); !camera.empty()) robots_.camera = camera;
  telemetry_.send(subjects::kTelemetryRobotList, robots_);
  telemetry_.send(subjects::kTelemetryPolicyList, schema::PolicyList{});
}

void Publisher::statistics() {
  const Time now = std::chrono::steady_clock::now();
  const double seconds = std::max(1e-3, std::chrono::duration<double>(now - statistics_at_).count());
  statistics_at_ = now;
  for (WindowedQuantiles* window : {&render_us_, &encode_us_, &publish_us_, &step_us_}) window->turn();
  const schema::FrameStats frames = frame_stats(seconds);
  if (!speaking_) return;
  if (!frames.encoder.empty()) telemetry_.send(subjects::kTelemetryFrameStats, frames);
  telemetry_.send(subjects::kSimMetricsPhysics, physics_metrics());
}

schema::FrameStats Publisher::frame_stats(double seconds) {
  schema::FrameStats out;
  out.camera = robots_.camera.value_or("orbit");
  if (const auto encoder = encode_.info()) {
    out.codec = codec_of(encoder->codec);
    out.encoder = encoder->encoder;
    out.width = static_cast<uint32_t>(encoder->settings.width);
    out.height = static_cast<uint32_t>(encoder->settings.height);
    out.fps_target = encoder->settings.fps;
    out.bitrate_target_bps = static_cast<uint64_t>(encoder->settings.bitrate_bps);
  }
  if (const auto renderer = render_.info()) out.renderer = renderer->name;
  const uint64_t frames = stats_.frames->value(), bytes = stats_.bytes->value();
  fps_ = static_cast<double>(frames - frames_seen_) / seconds;
  out.fps = fps_;
  out.bitrate_bps = static_cast<uint64_t>(8.0 * static_cast<double>(bytes - bytes_seen_) / seconds);
  frames_seen_ = frames;
  bytes_seen_ = bytes;
  out.render_us_p50 = render_us_.quantile_us(0.5);
  out.render_us_p99 = render_us_.quantile_us(0.99);
  out.encode_us_p50 = encode_us_.quantile_us(0.5);
  out.encode_us_p99 = encode_us_.quantile_us(0.99);
  out.publish_us_p50 = publish_us_.quantile_us(0.5);
  out.publish_us_p99 = publish_us_.quantile_us(0.99);
  out.frames_total = frames;
  out.keyframes_total = stats_.keyframes->value();
  out.dropped_total = stats_.dropped->value();
  out.codecs = codecs_;
  return out;
}

schema::PhysicsMetrics Publisher::physics_metrics() {
  return {.real_time_factor = physics_stats_.real_time_factor->value(),
          .step_us_p50 = step_us_.quantile_us(0.5),
          .step_us_p99 = step_us_.quantile_us(0.99),
          .contacts = static_cast<uint32_t>(contacts_),
          .sim_time_s = physics_stats_.sim_time_s->value(),
          .paused = paused_,
          .late_total = physics_stats_.late->value()};
}

}  // namespace sdr::sim
