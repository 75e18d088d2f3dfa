// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"
#include "rtc/rtp/rtcp_writer.h"
#include "rtc/rtp/transport_feedback.h"

namespace sdr::rtc {
namespace {

constexpr unsigned kLost = 0, kSmallDelta = 1, kLargeDelta = 2;
constexpr unsigned kVectorBit = 0x8000, kTwoBitSymbols = 0x4000, kLongestRun = 0x1FFF;
constexpr size_t kOneBitCount = 14, kTwoBitCount = 7;
constexpr size_t kMostStatuses = 2048;

struct Symbols {
  std::array<uint8_t, kMostStatuses> kind;
  std::array<int16_t, kMostStatuses> delta;
  size_t count = 0;
  size_t delta_bytes = 0;
};

int64_t steps_of(ArrivalTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count() / kArrivalStep.count();
}

// Ends before a delta that 16 bits do not hold, and after `room` bytes in the worst encoding, which is two-bit vectors.
void classify(std::span<const std::optional<ArrivalTime>> arrivals, int64_t reference, size_t room, Symbols& out) {
  int64_t previous = reference;
  for (const auto& arrival : arrivals.first(std::min(arrivals.size(), kMostStatuses))) {
    uint8_t kind = kLost;
    int64_t delta = 0;
    if (arrival) {
      delta = steps_of(*arrival) - previous;
      if (delta < std::numeric_limits<int16_t>::min() || delta > std::numeric_limits<int16_t>::max()) return;
      kind = delta >= 0 && delta <= 255 ? kSmallDelta : kLargeDelta;
      previous += delta;
    }
    const size_t chunks = out.count / kTwoBitCount + 1;
    if (2 * chunks + out.delta_bytes + kind > room) return;
    out.kind[out.count] = kind;
    out.delta[out.count++] = static_cast<int16_t>(delta);
    out.delta_bytes += kind;
  }
}

// A run where it is longer than a vector would hold, else the vector that holds more.
size_t write_chunk(ByteWriter& out, std::span<const uint8_t> kinds) {
  size_t run = 1;
  while (run < kinds.size() && run < kLongestRun && kinds[run] == kinds[0]) ++run;
  const auto is_small = [](uint8_t kind) { return kind != kLargeDelta; };
  const size_t one_bit = std::min(kinds.size(), kOneBitCount);
  const bool fits_one_bit = std::all_of(kinds.begin(), kinds.begin() + static_cast<std::ptrdiff_t>(one_bit), is_small);
  if (run >= (fits_one_bit ? one_bit : std::min(kinds.size(), kTwoBitCount))) {
    out.u16(static_cast<uint16_t>(unsigned{kinds[0]} << 13 | run));
    return run;
  }
  const size_t count = fits_one_bit ? one_bit : std::min(kinds.size(), kTwoBitCount);
  const size_t bits = fits_one_bit ? 1 : 2;
  size_t shift = 14;
  unsigned chunk = kVectorBit | (fits_one_bit ? 0 : kTwoBitSymbols);
  for (size_t i = 0; i < count; ++i) {
    shift -= bits;
    chunk |= unsigned{kinds[i]} << shift;
  }
  out.u16(static_cast<uint16_t>(chunk));
  return count;
}

// As browsers do: up to a multiple of four, and the bytes say how many they are.
void pad(ByteWriter& out, size_t begin) {
  const size_t padding = (4 - (out.size() - begin) % 4) % 4;
  if (padding == 0) return;
  out.zeros(padding - 1);
  out.u8(static_cast<uint8_t>(padding));
  constexpr unsigned kPadded = 0xA0 | kFormatTransportWide;
  if (out.ok())
    out.u16_at(begin, static_cast<uint16_t>(kPadded << 8 | static_cast<unsigned>(RtcpType::kTransportFeedback)));
}

}  // namespace

size_t write_transport_feedback(ByteWriter& out, const TransportFeedback& head,
                                std::span<const std::optional<ArrivalTime>> arrivals) {
  constexpr size_t kHeadBytes = kControlHeaderBytes + 16, kPaddingBytes = 3;
  if (arrivals.empty() || out.remaining() < kHeadBytes + kPaddingBytes) return 0;
  SDR_ASSERT(arrivals.front().has_value(), "feedback begins with a packet that arrived");
  const int64_t reference = steps_of(*arrivals.front()) / (kReferenceStep / kArrivalStep);
  Symbols symbols;
  classify(arrivals, reference * (kReferenceStep / kArrivalStep), out.remaining() - kHeadBytes - kPaddingBytes,
           symbols);
  if (symbols.count == 0) return 0;
  const size_t begin = begin_rtcp(out, RtcpType::kTransportFeedback, kFormatTransportWide);
  out.u32(head.sender_ssrc);
  out.u32(head.media_ssrc);
  out.u16(head.base_sequence);
  out.u16(static_cast<uint16_t>(symbols.count));
  out.u24(static_cast<uint32_t>(reference) & 0xFF'FFFF);
  out.u8(head.feedback_count);
  for (size_t i = 0; i < symbols.count;) i += write_chunk(out, {&symbols.kind[i], symbols.count - i});
  for (size_t i = 0; i < symbols.count; ++i) {
    if (symbols.kind[i] == kSmallDelta) out.u8(static_cast<uint8_t>(symbols.delta[i]));
    if (symbols.kind[i] == kLargeDelta) out.u16(static_cast<uint16_t>(symbols.delta[i]));
  }
  pad(out, begin);
  end_rtcp(out, begin);
  return symbols.count;
}

}  // namespace sdr::rtc
