// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/transport_history.h"

#include <algorithm>

namespace sdr::rtc {

uint16_t TransportHistory::add(size_t bytes, uint8_t probe, Time now) {
  Entry& entry = entries_[static_cast<size_t>(next_) % kPackets];
  entry = {static_cast<uint32_t>(to_us(now)), static_cast<uint16_t>(std::min<size_t>(bytes, 0xFFFF)), probe, kInFlight};
  return static_cast<uint16_t>(next_++);
}

TransportHistory::Entry* TransportHistory::find(uint16_t sequence) {
  const int64_t newest = next_ - 1;
  const int64_t number = newest + sequence_distance(static_cast<uint16_t>(newest), sequence);
  if (number < 0 || number > newest || newest - number >= static_cast<int64_t>(kPackets)) return nullptr;
  return &entries_[static_cast<size_t>(number) % kPackets];
}

std::optional<SentPacket> TransportHistory::take_arrived(uint16_t sequence, Time now) {
  Entry* const entry = find(sequence);
  if (entry == nullptr || entry->state == kNothing) return std::nullopt;
  const bool was_lost = entry->state == kLost;
  entry->state = kNothing;
  const uint32_t age_us = static_cast<uint32_t>(to_us(now)) - entry->sent_us;
  return SentPacket{now - std::chrono::microseconds(age_us), entry->bytes, entry->probe, was_lost};
}

bool TransportHistory::mark_lost(uint16_t sequence) {
  Entry* const entry = find(sequence);
  if (entry == nullptr || entry->state != kInFlight) return false;
  entry->state = kLost;
  return true;
}

}  // namespace sdr::rtc
