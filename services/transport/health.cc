// SPDX-License-Identifier: Apache-2.0
#include "transport/health.h"

#include "base/json_writer.h"
#include "base/service.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kStalledMs = 1000;     // the age at which the video gate closes, too
constexpr uint64_t kStuckUs = 2'000'000;  // the loop turns at least four times a second, for its timers

const char* status_of(const HealthFacts& facts, bool stuck) {
  if (stuck) return "stuck";
  if (facts.writer == frames::WriterState::kAbsent || facts.shm_seq == 0) return "waiting";
  if (facts.writer == frames::WriterState::kStalled || facts.frame_age_ms.value_or(0) > kStalledMs) return "stalled";
  return facts.bus_connected ? "ok" : "bus_lost";
}

}  // namespace

net::HealthReport health_report(const HealthFacts& facts, bool stuck) {
  net::HealthReport report;
  report.status = stuck ? 503 : 200;
  report.word = status_of(facts, stuck);
  JsonWriter json(report.json);
  json.begin_object();
  json.member("status", report.word);
  json.member("clients", facts.clients);
  json.member("shm_seq", facts.shm_seq);
  json.key("last_frame_age_ms");
  if (facts.frame_age_ms) {
    json.value(*facts.frame_age_ms);
  } else {
    json.null();
  }
  json.member("bus", facts.bus_connected ? "connected" : "lost");
  json.end_object();
  return report;
}

HealthThread::HealthThread(EventLoop& watched, const Registry& registry, const std::string& address)
    : watched_(watched), server_(loop_, registry, [this] { return report(); }) {
  if (const Status status = server_.listen(address); !status) {
    throw ConfigError("metrics_addr: " + status.error().message());
  }
  thread_ = std::thread([this] {
    name_thread("health");
    loop_.run();
  });
}

HealthThread::~HealthThread() {
  loop_.stop();
  thread_.join();
}

void HealthThread::publish(const HealthFacts& facts) {
  const std::lock_guard lock(mutex_);
  facts_ = facts;
}

net::HealthReport HealthThread::report() const {
  const uint64_t turned_us = watched_.last_turn_us(), now_us = monotonic_us();
  const bool stuck = turned_us != 0 && now_us > turned_us + kStuckUs;
  const std::lock_guard lock(mutex_);
  return health_report(facts_, stuck);
}

}  // namespace sdr::transport
