// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bus/bus.h"
#include "schema/codec.h"
#include "schema/command.h"

// Payloads of the schema over the bus: what does not parse is counted and dropped, what is sent is written into memory
// that is used again.

namespace sdr::bus {

/// Calls the handler with each payload that parses. The value is the subscription's own and is used again.
template <typename T>
Bus::SubscriptionId subscribe(Bus& bus, std::string_view subject, std::function<void(const T&)> handler) {
  return bus.subscribe(subject, [&bus, handler = std::move(handler), value = T{}](const Message& message) mutable {
    if (const Status status = schema::parse(message.payload, value); !status) {
      return bus.count_malformed(message.subject, status.error().message());
    }
    handler(value);
  });
}

/// Any thread: each has a text of its own.
template <typename T>
bool publish(Bus& bus, std::string_view subject, const T& value) {
  thread_local std::string text;
  text.clear();
  JsonWriter json(text);
  write(json, value);
  return bus.publish(subject, text);
}

/// A command to the robot side, on control.ACTION.
inline bool publish_command(Bus& bus, schema::Action action, const schema::ControlEnvelope& envelope) {
  return publish(bus, schema::info(action).subject, envelope);
}

}  // namespace sdr::bus
