// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "rtc/sctp/newest_sequence.h"
#include "schema/wire.h"

// What a browser says on the data channel `control` (stream.md): twists and gamepads, each newer than the last of its
// kind. The bytes are defined in schema/bus.json, as the answers are (`schema::ChannelAck`, `schema::ChannelClock`).
//
// Thread: one, with the channel. Bounds and errors: a message that is malformed or stale is counted and dropped.

namespace sdr::rtc {

using ControlMessage = std::variant<schema::ChannelTwist, schema::ChannelGamepad>;

/// One channel from its opening to its end; a new channel counts anew.
class ControlInput {
 public:
  /// Nothing where the message is to be dropped.
  std::optional<ControlMessage> take(std::span<const uint8_t> bytes, bool text);

  uint64_t stale() const { return stale_; }
  uint64_t malformed() const { return malformed_; }

 private:
  template <typename Message>
  std::optional<ControlMessage> checked(const Result<Message>& message, NewestSequence& newest);

  NewestSequence newest_twist_, newest_gamepad_;
  uint64_t stale_ = 0, malformed_ = 0;
};

}  // namespace sdr::rtc
