// SPDX-License-Identifier: Apache-2.0
#include "transport/bus_link.h"

#include "schema/subjects.h"

namespace sdr::transport {
namespace {

bool is_known_event(std::string_view subject) {
  const schema::SubjectInfo* const info = schema::find_subject(subject);
  return info != nullptr && info->kind == schema::SubjectKind::event;
}

}  // namespace

BusLink::BusLink(EventLoop& loop, Registry& registry, BusLinkOptions options, Hooks hooks)
    : hooks_(std::move(hooks)),
      bus_(loop, registry,
           {.url = std::move(options.url),
            .service = "sdr-transport",
            .name_space = std::move(options.ns),
            .user = std::move(options.user),
            .password = std::move(options.password)}) {
  bus_.on_state([this](bus::BusState state) {
    if (state == bus::BusState::connected) hooks_.on_connected();
  });
  for (const schema::SubjectInfo& subject : schema::subject_infos()) {
    if (subject.kind != schema::SubjectKind::event) continue;
    bus_.subscribe(subject.subject,
                   [this](const bus::Message& message) { hooks_.on_message(message.subject, message.payload); });
  }
}

void BusLink::start() { bus_.start(); }

bool BusLink::connected() const { return bus_.state() == bus::BusState::connected; }

bool BusLink::publish(std::string_view subject, std::string_view payload) { return bus_.publish(subject, payload); }

void BusLink::want_values(bool wanted) {
  if (wanted == values_wanted_) return;
  values_wanted_ = wanted;
  if (!wanted) {
    for (const bus::Bus::SubscriptionId subscription : values_) bus_.unsubscribe(subscription);
    values_.clear();
    return;
  }
  for (const std::string_view pattern : {schema::subjects::kTelemetryAll, schema::subjects::kSimMetricsPhysics}) {
    values_.push_back(bus_.subscribe(pattern, [this](const bus::Message& message) {
      if (!is_known_event(message.subject)) hooks_.on_message(message.subject, message.payload);
    }));
  }
}

}  // namespace sdr::transport
