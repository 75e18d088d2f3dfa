// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtp_stream.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "rtc/rtp/media_time.h"

namespace sdr::rtc {
namespace {

// The time between two frames' instants may be this far from the time between their arrivals (the newest frame of a
// machine that was held up is old, and the next is not); else a clock was set, or the frame comes from elsewhere.
constexpr auto kPlausible = std::chrono::seconds(10);
// Where a frame shows an instant that timestamps have passed already they grow by this part less than time passes,
// until the frames have caught up.
constexpr int64_t kSlew = 8;

bool is_plausible(int64_t step, int64_t passed) { return std::abs(step - passed) <= media_ticks(kPlausible); }

void put_u16(std::span<uint8_t> out, size_t at, uint16_t value) {
  out[at] = static_cast<uint8_t>(value >> 8);
  out[at + 1] = static_cast<uint8_t>(value);
}

}  // namespace

uint32_t RtpStream::timestamp_of(const StoredFrame& frame) {
  const int64_t passed = std::max<int64_t>(1, media_ticks(frame.arrived - last_arrived_));
  if (!std::exchange(started_, true)) {
    last_timestamp_ = frame.media_time + offset_;
  } else {
    offset_ = offset_of(frame, passed);
    const int64_t step = step_to(frame, offset_);
    last_timestamp_ += static_cast<uint32_t>(step > 0 ? step : std::max<int64_t>(1, passed - passed / kSlew));
  }
  last_arrived_ = frame.arrived;
  last_capture_us_ = frame.capture_us;
  return last_timestamp_;
}

uint32_t RtpStream::offset_of(const StoredFrame& frame, int64_t passed) const {
  for (const uint32_t offset : {config_.timestamp_offset, offset_}) {
    if (is_plausible(step_to(frame, offset), passed)) return offset;
  }
  return last_timestamp_ + static_cast<uint32_t>(passed) - frame.media_time;
}

int32_t RtpStream::step_to(const StoredFrame& frame, uint32_t offset) const {
  return static_cast<int32_t>(frame.media_time + offset - last_timestamp_);
}

int64_t RtpStream::take_sequences(size_t count) {
  const int64_t first = next_sequence_;
  next_sequence_ += static_cast<int64_t>(count);
  return first;
}

SenderInfo RtpStream::sender_info(uint64_t realtime_us, Time now) const {
  // The frame's own capture time ties the two clocks exactly; where it is unknown or out of reach, its arrival does.
  Duration since = now - last_arrived_;
  if (last_capture_us_ != 0) {
    const auto by_capture = std::chrono::microseconds(static_cast<int64_t>(realtime_us - last_capture_us_));
    if (by_capture - since < kPlausible && since - by_capture < kPlausible) since = by_capture;
  }
  SenderInfo info;
  info.ntp = ntp_of_realtime_us(realtime_us);
  info.timestamp = last_timestamp_ + static_cast<uint32_t>(media_ticks(since));
  info.packet_count = packets_;
  info.octet_count = octets_;
  return info;
}

void FrameHeaders::set(const RtpHeader& header, const ExtensionIds& ids, const Extensions& values) {
  ByteWriter writer(template_);
  layout_ = write_header(writer, header, ids, values);
}

void FrameHeaders::write(uint16_t sequence, uint16_t transport_sequence, bool marker,
                         std::span<uint8_t, kMaxHeaderBytes> out) const {
  constexpr size_t kMarkerAt = 1, kSequenceAt = 2;
  constexpr uint8_t kMarkerBit = 0x80;
  std::copy(template_.begin(), template_.end(), out.begin());
  if (marker) out[kMarkerAt] |= kMarkerBit;
  put_u16(out, kSequenceAt, sequence);
  if (layout_.transport_sequence_at != 0) put_u16(out, layout_.transport_sequence_at, transport_sequence);
}

}  // namespace sdr::rtc
