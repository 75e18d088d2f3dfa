// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/transport_feedback.h"

#include "base/assert.h"
#include "rtc/rtp/errc.h"

namespace sdr::rtc {
namespace {

// Packet status symbols, section 3.1.1.
constexpr unsigned kLost = 0, kSmallDelta = 1, kReserved = 3;
constexpr unsigned kVectorBit = 0x8000, kTwoBitSymbols = 0x4000, kRunLengthMask = 0x1FFF;
constexpr unsigned kOneBitCount = 14, kTwoBitCount = 7;

unsigned symbols_of(unsigned chunk) {
  if (!(chunk & kVectorBit)) return chunk & kRunLengthMask;
  return chunk & kTwoBitSymbols ? kTwoBitCount : kOneBitCount;
}

// The symbol before which `left` symbols, itself included, are left in the chunk.
unsigned symbol_of(unsigned chunk, unsigned left) {
  if (!(chunk & kVectorBit)) return chunk >> 13 & 3;
  return chunk & kTwoBitSymbols ? chunk >> (2 * (left - 1)) & 3 : chunk >> (left - 1) & 1;
}

struct Extent {
  size_t chunk_bytes = 0, delta_bytes = 0;
};

std::optional<Extent> measure(std::span<const uint8_t> bytes, unsigned count) {
  ByteReader reader(bytes);
  Extent extent;
  while (count > 0) {
    const unsigned chunk = reader.u16();
    const unsigned symbols = std::min(symbols_of(chunk), count);
    if (!reader.ok() || symbols == 0) return std::nullopt;
    count -= symbols;
    if (!(chunk & kVectorBit)) {  // one look for the whole run: it may be long
      if (symbol_of(chunk, 1) == kReserved) return std::nullopt;
      extent.delta_bytes += size_t{symbol_of(chunk, 1)} * symbols;
      continue;
    }
    for (unsigned i = 0; i < symbols; ++i) {
      const unsigned symbol = symbol_of(chunk, symbols_of(chunk) - i);
      if (symbol == kReserved) return std::nullopt;
      extent.delta_bytes += symbol;
    }
  }
  extent.chunk_bytes = bytes.size() - reader.remaining();
  if (extent.delta_bytes > reader.remaining()) return std::nullopt;
  return extent;
}

}  // namespace

Result<TransportFeedback> parse_transport_feedback(const RtcpPacket& packet) {
  if (!packet.is(RtcpType::kTransportFeedback, kFormatTransportWide)) return error(RtpErrc::kWrongKind);
  ByteReader reader(packet.body);
  TransportFeedback feedback;
  feedback.sender_ssrc = reader.u32();
  feedback.media_ssrc = reader.u32();
  feedback.base_sequence = reader.u16();
  feedback.status_count = reader.u16();
  feedback.reference_time = static_cast<int32_t>(reader.u24() << 8) >> 8;
  feedback.feedback_count = reader.u8();
  if (!reader.ok()) return error(RtpErrc::kTruncated);
  const auto rest = reader.rest();
  const auto extent = measure(rest, feedback.status_count);
  if (feedback.status_count == 0 || !extent) return error(RtpErrc::kBadFeedback);
  feedback.chunks = rest.first(extent->chunk_bytes);
  feedback.deltas = rest.subspan(extent->chunk_bytes, extent->delta_bytes);
  return feedback;
}

TransportFeedbackWalk::TransportFeedbackWalk(const TransportFeedback& feedback)
    : chunks_(feedback.chunks),
      deltas_(feedback.deltas),
      sequence_(feedback.base_sequence),
      left_(feedback.status_count),
      time_(kReferenceStep * feedback.reference_time) {}

unsigned TransportFeedbackWalk::next_symbol() {
  if (symbols_left_ == 0) {
    chunk_ = chunks_.u16();
    symbols_left_ = symbols_of(chunk_);
  }
  return symbols_left_ == 0 ? kLost : symbol_of(chunk_, symbols_left_--);
}

std::optional<PacketStatus> TransportFeedbackWalk::next() {
  if (left_ == 0) return std::nullopt;
  --left_;
  PacketStatus status{sequence_++, std::nullopt};
  const unsigned symbol = next_symbol();
  if (symbol == kLost) return status;
  time_ += kArrivalStep * (symbol == kSmallDelta ? deltas_.u8() : static_cast<int16_t>(deltas_.u16()));
  status.arrival = time_;
  return status;
}

}  // namespace sdr::rtc
