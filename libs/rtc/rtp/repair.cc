// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/repair.h"

#include <algorithm>

namespace sdr::rtc {
namespace {

constexpr double kShare = 0.5;                 // of the media, for repeats
constexpr double kLargestBudget = 256 * 1024;  // what a quiet time saves up
constexpr uint8_t kMostTries = 8;
constexpr Duration kShortestRoundTrip = std::chrono::milliseconds(5);
constexpr uint32_t kForgottenMs = 5000;  // after which a sequence number stands for another packet

}  // namespace

void Repair::on_media(size_t bytes) {
  budget_bytes_ = std::min(kLargestBudget, budget_bytes_ + kShare * static_cast<double>(bytes));
}

RepairVerdict Repair::on_lost(uint16_t sequence, size_t bytes, Duration round_trip, Time now) {
  const auto now_ms = static_cast<uint32_t>(to_us(now) / 1000);
  Entry& entry = entries_[sequence % kRemembered];
  if (entry.sequence != sequence || now_ms - entry.sent_ms > kForgottenMs) entry = {0, sequence, 0};
  const auto wait_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::max(round_trip, kShortestRoundTrip));
  if (entry.tries > 0 && now_ms - entry.sent_ms < static_cast<uint32_t>(wait_ms.count()))
    return RepairVerdict::kOnItsWay;
  if (entry.tries >= kMostTries) return RepairVerdict::kHopeless;
  if (budget_bytes_ < static_cast<double>(bytes) || queue_end_ - queue_begin_ == kQueued)
    return RepairVerdict::kNoBudget;
  budget_bytes_ -= static_cast<double>(bytes);
  queue_[queue_end_++ % kQueued] = sequence;
  ++entry.tries;
  entry.sent_ms = now_ms;
  return RepairVerdict::kQueued;
}

std::optional<uint16_t> Repair::next() {
  if (is_idle()) return std::nullopt;
  return queue_[queue_begin_++ % kQueued];
}

}  // namespace sdr::rtc
