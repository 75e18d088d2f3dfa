// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/packet_store.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "rtc/rtp/errc.h"
#include "rtc/rtp/media_time.h"

namespace sdr::rtc {

PacketStore::PacketStore(const Limits& limits)
    : limits_(limits),
      bytes_(limits.bytes),
      packets_(std::bit_ceil(limits.packets)),
      frames_(std::bit_ceil(limits.frames)) {
  SDR_ASSERT_OP(limits.bytes, <=, size_t{1} << 31);
  SDR_ASSERT_OP(limits.packets, >=, 2u);
  SDR_ASSERT_OP(limits.frames, >=, 2u);
}

Status PacketStore::begin_frame(size_t max_bytes, Time now) {
  if (max_bytes > limits_.bytes / 2) return error(RtpErrc::kFrameTooLarge);
  const uint64_t offset = next_byte_ % limits_.bytes;
  frame_begin_ = offset + max_bytes <= limits_.bytes ? next_byte_ : next_byte_ + (limits_.bytes - offset);
  frame_limit_ = frame_begin_ + max_bytes;
  write_ = frame_begin_;
  packet_ = next_packet_;
  overflow_ = false;
  evict_below(frame_limit_ > limits_.bytes ? frame_limit_ - limits_.bytes : 0, now);
  return {};
}

// Frames that begin below `position`, whose packets' or own places are needed, or that are too old.
void PacketStore::evict_below(uint64_t position, Time now) {
  const uint64_t packet_limit = next_packet_ + limits_.packets / 2;
  const uint64_t first_kept_packet = packet_limit > limits_.packets ? packet_limit - limits_.packets : 0;
  for (; oldest_id_ < next_id_; ++oldest_id_) {
    const StoredFrame& oldest = frames_[oldest_id_ & (frames_.size() - 1)];
    const bool needed = oldest.begin < position || oldest.first_packet < first_kept_packet ||
                        next_id_ - oldest_id_ >= limits_.frames || now - oldest.arrived > limits_.age;
    if (!needed) return;
  }
}

void PacketStore::begin_packet() {
  if (packet_ - next_packet_ >= limits_.packets / 2) overflow_ = true;
  if (overflow_) return;
  packets_[packet_++ & (packets_.size() - 1)] = {static_cast<uint32_t>(write_ % limits_.bytes), 0};
}

void PacketStore::append(std::span<const uint8_t> piece) {
  if (packet_ == next_packet_ || piece.size() > frame_limit_ - write_) overflow_ = true;
  if (overflow_) return;
  std::copy(piece.begin(), piece.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(write_ % limits_.bytes));
  write_ += piece.size();
  packets_[(packet_ - 1) & (packets_.size() - 1)].size += static_cast<uint32_t>(piece.size());
}

Result<uint64_t> PacketStore::commit_frame(bool keyframe, uint64_t capture_us, Time now) {
  if (overflow_ || packet_ == next_packet_) return error(RtpErrc::kFrameTooLarge);
  StoredFrame& frame = frames_[next_id_ & (frames_.size() - 1)];
  frame.id = next_id_++;
  frame.keyframe = keyframe;
  frame.capture_us = capture_us;
  frame.media_time = media_time_of_us(capture_us != 0 ? capture_us : to_us(now));
  frame.arrived = now;
  frame.packet_count = packet_ - next_packet_;
  frame.payload_bytes = write_ - frame_begin_;
  frame.first_packet = next_packet_;
  frame.begin = frame_begin_;
  next_packet_ = packet_;
  next_byte_ = write_;
  rate_.add(frame.payload_bytes, now);
  if (keyframe) {
    newest_keyframe_ = frame.id;
    keyframe_bytes_ = frame.payload_bytes;
  }
  return frame.id;
}

const StoredFrame* PacketStore::find(uint64_t id) const {
  return id >= oldest_id_ && id < next_id_ ? &frames_[id & (frames_.size() - 1)] : nullptr;
}

}  // namespace sdr::rtc
