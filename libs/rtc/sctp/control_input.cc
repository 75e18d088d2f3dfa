// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/control_input.h"

namespace sdr::rtc {

template <typename Message>
std::optional<ControlMessage> ControlInput::checked(const Result<Message>& message, NewestSequence& newest) {
  if (!message) {
    ++malformed_;
    return std::nullopt;
  }
  if (!newest.accept(message->sequence)) {
    ++stale_;
    return std::nullopt;
  }
  return *message;
}

std::optional<ControlMessage> ControlInput::take(std::span<const uint8_t> bytes, bool text) {
  if (!text && !bytes.empty()) {
    if (bytes[0] == schema::ChannelTwist::kType) return checked(schema::decode_channel_twist(bytes), newest_twist_);
    if (bytes[0] == schema::ChannelGamepad::kType) {
      return checked(schema::decode_channel_gamepad(bytes), newest_gamepad_);
    }
  }
  ++malformed_;
  return std::nullopt;
}

}  // namespace sdr::rtc
