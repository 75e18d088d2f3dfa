// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/dcep.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr uint8_t kOpenType = 0x03;

bool is_known(uint8_t type) { return (type & 0x7f) <= static_cast<uint8_t>(DcepChannelType::timed); }

uint32_t number_at(std::span<const uint8_t> bytes, size_t at, size_t count) {
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum = sum << 8 | bytes[at + i];
  return sum;
}

void put(std::span<uint8_t> out, size_t at, uint32_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) out[at + i] = static_cast<uint8_t>(value >> (8 * (count - 1 - i)));
}

}  // namespace

std::optional<DcepOpen> parse_dcep_open(std::span<const uint8_t> message) {
  if (message.size() < kDcepOpenBytes || message[0] != kOpenType || !is_known(message[1])) return std::nullopt;
  const size_t label = number_at(message, 8, 2), protocol = number_at(message, 10, 2);
  if (message.size() != kDcepOpenBytes + label + protocol) return std::nullopt;
  const char* texts = reinterpret_cast<const char*>(message.data()) + kDcepOpenBytes;
  DcepOpen open;
  open.type = static_cast<DcepChannelType>(message[1]);
  open.priority = static_cast<uint16_t>(number_at(message, 2, 2));
  open.reliability = number_at(message, 4, 4);
  open.label = {texts, label};
  open.protocol = {texts + label, protocol};
  return open;
}

bool is_dcep_ack(std::span<const uint8_t> message) { return message.size() == 1 && message[0] == kDcepAck[0]; }

size_t write_dcep_open(const DcepOpen& open, std::span<uint8_t> out) {
  const size_t size = kDcepOpenBytes + open.label.size() + open.protocol.size();
  SDR_ASSERT_OP(size, <=, out.size());
  out[0] = kOpenType;
  out[1] = static_cast<uint8_t>(open.type);
  put(out, 2, open.priority, 2);
  put(out, 4, open.reliability, 4);
  put(out, 8, static_cast<uint32_t>(open.label.size()), 2);
  put(out, 10, static_cast<uint32_t>(open.protocol.size()), 2);
  const auto end = std::copy(open.label.begin(), open.label.end(), out.begin() + kDcepOpenBytes);
  std::copy(open.protocol.begin(), open.protocol.end(), end);
  return size;
}

}  // namespace sdr::rtc
