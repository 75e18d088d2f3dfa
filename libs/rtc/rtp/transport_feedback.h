// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "rtc/rtp/bytes.h"
#include "rtc/rtp/rtcp.h"

// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1): which packets arrived, and
// when by the receiver's clock, in run-length chunks, one-bit and two-bit vectors and deltas of 250 µs.
//
// Thread: any; nothing allocates.

namespace sdr::rtc {

/// The receiver's clock, whose zero means nothing: only differences do.
using ArrivalTime = std::chrono::microseconds;

struct TransportFeedback {
  uint32_t sender_ssrc = 0, media_ssrc = 0;
  uint16_t base_sequence = 0;
  uint16_t status_count = 0;   ///< packets it speaks of, from base_sequence on
  int32_t reference_time = 0;  ///< 24 bits, signed, in 64 ms; wraps
  uint8_t feedback_count = 0;  ///< of this packet itself; a gap tells that feedback was lost
  std::span<const uint8_t> chunks, deltas;
};

/// kBadFeedback where chunks and deltas do not add up: what comes out of here can be walked without any check.
Result<TransportFeedback> parse_transport_feedback(const RtcpPacket& packet);

struct PacketStatus {
  uint16_t sequence = 0;
  std::optional<ArrivalTime> arrival;  ///< none: lost, or not arrived yet
};

/// Walks over all statuses, base_sequence first.
class TransportFeedbackWalk {
 public:
  explicit TransportFeedbackWalk(const TransportFeedback& feedback);
  std::optional<PacketStatus> next();

 private:
  unsigned next_symbol();

  ByteReader chunks_, deltas_;
  uint16_t sequence_;
  unsigned left_;  ///< statuses
  ArrivalTime time_;
  unsigned chunk_ = 0, symbols_left_ = 0;  ///< of the chunk
};

inline constexpr std::chrono::microseconds kArrivalStep{250};
inline constexpr std::chrono::milliseconds kReferenceStep{64};

/// Writes feedback about consecutive packets from `base_sequence` on; the first has arrived. Takes as many statuses as
/// fit into `out`, a delta and the count of 16 bits, and returns how many: the rest is for another feedback.
/// `arrivals` are rounded to 250 µs.
size_t write_transport_feedback(ByteWriter& out, const TransportFeedback& head,
                                std::span<const std::optional<ArrivalTime>> arrivals);

}  // namespace sdr::rtc
