// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What came from the bus and has no turn yet. Values and events wait apart, so that a burst of telemetry never pushes
// out an acknowledgement or an estop, and events are taken first.
//
// Thread: one. Bounds: 128 values and 1024 events; the oldest of its kind goes, and is counted. Slots keep their
// memory: in steady state nothing is allocated.

namespace sdr::bus {

/// A stream of which the newest counts, or single things of which each counts.
enum class Delivery : uint8_t { value, event };

struct InboxMessage {
  uint64_t subscription = 0;
  std::string subject;
  std::string payload;
};

class Inbox {
 public:
  static constexpr size_t kValuesMax = 128, kEventsMax = 1024;

  Inbox() : values_(kValuesMax), events_(kEventsMax) {}

  /// True where an older message of the same kind had to go.
  bool push(Delivery delivery, uint64_t subscription, std::string_view subject, std::string_view payload);
  /// The oldest event, else the oldest value; false where there is nothing. Swaps memory with the caller's message.
  bool pop(InboxMessage& out);

 private:
  struct Ring {
    explicit Ring(size_t capacity) : slots(capacity) {}
    InboxMessage& at(size_t index) { return slots[(first + index) % slots.size()]; }
    std::vector<InboxMessage> slots;
    size_t first = 0;
    size_t count = 0;
  };

  static bool pop_from(Ring& ring, InboxMessage& out);

  Ring values_;
  Ring events_;
};

/// By the schema: a subject's kind; of control.ACTION, twists and gamepads are values; what nobody knows is a value.
Delivery delivery_of(std::string_view subject);

}  // namespace sdr::bus
