// SPDX-License-Identifier: Apache-2.0
#include "transport/telemetry.h"

#include "schema/limits.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

constexpr auto kGreetMax = 3s;            // older news could be of a robot that is gone
constexpr size_t kRepeatsAtOnceMax = 64;  // viewers up to whom a round of small sends is nothing

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether two texts differ in their numbers only: the clock, or a state said again with its age.
bool same_but_numbers(std::string_view a, std::string_view b) {
  size_t i = 0, k = 0;
  while (true) {
    while (i < a.size() && is_digit(a[i])) ++i;
    while (k < b.size() && is_digit(b[k])) ++k;
    if (i == a.size() || k == b.size()) return i == a.size() && k == b.size();
    if (a[i++] != b[k++]) return false;
  }
}

bool is_event(const schema::SubjectInfo* info) { return info != nullptr && info->kind == schema::SubjectKind::event; }

}  // namespace

Telemetry::Telemetry(Hub& hub, Registry& registry)
    : hub_(hub),
      received_(registry.counter("telemetry_received_total", "Telemetry from the bus")),
      malformed_(registry.counter("telemetry_malformed_total", "Telemetry that is not what its subject says")),
      refused_(registry.counter("telemetry_refused_total", "Telemetry beyond the bounds of size or number")) {}

Telemetry::Subject* Telemetry::find_or_add(std::string_view subject) {
  if (const auto known = subjects_.find(subject); known != subjects_.end()) return &known->second;
  if (subjects_.size() >= kSubjectsMax || subject.size() > schema::kSubjectBytesMax) return nullptr;
  Subject& added = subjects_[std::string(subject)];
  added.info = schema::find_subject(subject);
  added.kept = subject != schema::subjects::kTelemetryClock;
  return &added;
}

void Telemetry::on_message(std::string_view subject, std::string_view payload, Time now) {
  received_.add();
  Subject* const entry = payload.size() > schema::kPayloadBytesMax ? nullptr : find_or_add(subject);
  if (entry == nullptr) return refused_.add();
  if (entry->info != nullptr && !entry->info->check(payload)) return malformed_.add();
  if (is_event(entry->info)) return take_event(*entry, subject, payload, now);
  entry->payload.assign(payload);
  entry->at = now;
  entry->fresh = true;
}

void Telemetry::tell_all(std::string_view subject, std::string_view payload, Time now) {
  if (Subject* const entry = find_or_add(subject); entry != nullptr) take_event(*entry, subject, payload, now);
}

// A change goes to everybody at once. What only repeats itself goes at once to few, or to the operator, and rides
// with the values to the many, whom a round of its own would cost more than it tells them.
void Telemetry::take_event(Subject& entry, std::string_view subject, std::string_view payload, Time now) {
  const bool rides = hub_.count() > kRepeatsAtOnceMax && same_but_numbers(payload, entry.payload);
  entry.payload.assign(payload);
  entry.at = now;
  entry.fresh = rides;
  if (!rides) return send_event(subject, payload);
  Client* const operator_client = find_operator_ ? find_operator_() : nullptr;
  if (operator_client != nullptr) hub_.send_telemetry(*operator_client, subject, payload);
}

void Telemetry::send_event(std::string_view subject, std::string_view payload) {
  if (hub_.count() == 0) return;
  TextMessage* const message = hub_.pool().take();
  append_telemetry(message->bytes, subject, payload);
  hub_.send_all(TextPool::seal(message));
}

void Telemetry::tick(bool frames_come) {
  finish_tick();
  TextMessage* message = nullptr;
  for (auto& [name, subject] : subjects_) {
    if (!std::exchange(subject.fresh, false) || hub_.count() == 0) continue;
    if (message == nullptr) message = hub_.pool().take();
    append_telemetry(message->bytes, name, subject.payload);
  }
  if (message == nullptr) return;
  ready_ = TextPool::seal(message);
  if (++tick_ == 0) ++tick_;  // 0 means none
  if (!frames_come) finish_tick();
}

void Telemetry::ride(Camera& camera, VideoMessage& frame) {
  if (ready_ && camera.source().pool().append_tail(frame, ready_->data, ready_->size)) frame.telemetry_tick = tick_;
}

void Telemetry::finish_tick() {
  if (!ready_) return;
  const MessageRef ready = std::exchange(ready_, MessageRef());
  hub_.for_each([&](Client& client) {
    if (client.video.telemetry_tick != tick_) hub_.send(client, ready);
  });
}

void Telemetry::greet(Client& client, Time now) {
  TextMessage* const message = hub_.pool().take();
  for (const auto& [name, subject] : subjects_) {
    if (subject.kept && !subject.payload.empty() && now - subject.at < kGreetMax) {
      append_telemetry(message->bytes, name, subject.payload);
    }
  }
  const MessageRef sealed = TextPool::seal(message);
  if (sealed->size > 0) hub_.send(client, sealed);
}

}  // namespace sdr::transport
