// SPDX-License-Identifier: Apache-2.0
#include "bus/inbox.h"

#include <utility>

#include "schema/actions.h"
#include "schema/subjects.h"

namespace sdr::bus {

bool Inbox::push(Delivery delivery, uint64_t subscription, std::string_view subject, std::string_view payload) {
  Ring& ring = delivery == Delivery::event ? events_ : values_;
  const bool full = ring.count == ring.slots.size();
  if (full) {
    ring.first = (ring.first + 1) % ring.slots.size();
    --ring.count;
  }
  InboxMessage& slot = ring.at(ring.count++);
  slot.subscription = subscription;
  slot.subject.assign(subject);
  slot.payload.assign(payload);
  return full;
}

bool Inbox::pop(InboxMessage& out) { return pop_from(events_, out) || pop_from(values_, out); }

bool Inbox::pop_from(Ring& ring, InboxMessage& out) {
  if (ring.count == 0) return false;
  std::swap(out, ring.at(0));
  ring.first = (ring.first + 1) % ring.slots.size();
  --ring.count;
  return true;
}

Delivery delivery_of(std::string_view subject) {
  if (const auto* info = schema::find_subject(subject)) {
    return info->kind == schema::SubjectKind::event ? Delivery::event : Delivery::value;
  }
  if (subject.starts_with(schema::subjects::kControlPrefix)) {
    const auto action = schema::action_from(subject.substr(schema::subjects::kControlPrefix.size()));
    if (action && schema::info(*action).queueing != schema::Queueing::newest) return Delivery::event;
  }
  return Delivery::value;
}

}  // namespace sdr::bus
