// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_cursor.h"

#include "frames/frame_copy.h"

namespace sdr::frames {
namespace {

constexpr int kLatestAttempts = 8;  // a reader that loses this often in a row is slower than the writer laps

// One writer, the reader's thread: no read-modify-write is needed.
void count(std::atomic<uint64_t>& counter, uint64_t by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

// Lets only a keyframe of a certain number or above through, before anything is copied.
class KeyframeSink final : public FrameSink {
 public:
  KeyframeSink(FrameSink& sink, uint64_t min_seq) : sink_(sink), min_seq_(min_seq) {}

  std::byte* payload_buffer(const FrameHeader& header) override {
    is_keyframe_ = header.is_keyframe();
    too_old_ = header.frame_seq < min_seq_;
    return is_keyframe_ && !too_old_ ? sink_.payload_buffer(header) : nullptr;
  }
  bool is_keyframe() const { return is_keyframe_; }
  bool too_old() const { return too_old_; }

 private:
  FrameSink& sink_;
  uint64_t min_seq_;
  bool is_keyframe_ = false;
  bool too_old_ = false;
};

}  // namespace

void RingCursor::begin(Join where, uint64_t newest_number) {
  awaiting_keyframe_ = true;
  expected_seq_ = 0;
  min_keyframe_seq_ = where == Join::kNextKeyframe ? newest_number + 1 : 0;
  rejected_keyframe_ = kNoPosition;
  settled_ = 0;
}

uint64_t RingCursor::backlog(uint64_t sequence_number) const {
  return awaiting_keyframe_ || sequence_number < expected_seq_ ? 0 : sequence_number - expected_seq_ + 1;
}

ReadState RingCursor::next(const RingMemory& ring, FrameSink& sink, FrameHeader& header) {
  const uint64_t newest = ring.sequence_number().load(std::memory_order_acquire);
  if (awaiting_keyframe_) {
    settled_ = newest;
    return resume(ring, sink, header);
  }
  if (newest >= expected_seq_) return walk(ring, sink, header);
  if (newest + 1 == expected_seq_) {
    settled_ = newest;
    return ReadState::kEmpty;
  }
  lose(ReadState::kCorrupt, kNoPosition);  // the ring's number went back: it is not the ring we knew
  expected_seq_ = 0;
  min_keyframe_seq_ = 0;
  return ReadState::kCorrupt;
}

ReadState RingCursor::walk(const RingMemory& ring, FrameSink& sink, FrameHeader& header) {
  const uint64_t data_size = ring.data_size();
  uint64_t position = next_position_;
  if (lap_rest(position, data_size) < kFrameHeaderBytes) position = next_lap(position, data_size);
  CopyResult result = copy_frame(ring, position, check_crc_, sink, header);
  if (result == CopyResult::kMarker) {
    position = next_lap(position, data_size);
    result = copy_frame(ring, position, check_crc_, sink, header);
  }
  switch (result) {
    case CopyResult::kWhole:
      if (header.frame_seq == expected_seq_) return deliver(position, header);
      return lose(header.frame_seq > expected_seq_ ? ReadState::kLap : ReadState::kCorrupt, position);
    case CopyResult::kRefused:
      return ReadState::kNoBuffer;
    case CopyResult::kOverwritten:
      return lose(ReadState::kLap, position);
    case CopyResult::kWrongCrc:
      count(counters_.crc_errors);
      [[fallthrough]];
    case CopyResult::kBroken:
    case CopyResult::kUncommitted:
    case CopyResult::kMarker:
      return lose(ReadState::kCorrupt, position);
  }
  return ReadState::kCorrupt;
}

ReadState RingCursor::resume(const RingMemory& ring, FrameSink& sink, FrameHeader& header) {
  const uint64_t position = ring.newest_keyframe().load(std::memory_order_acquire);
  if (position == kNoPosition || position == rejected_keyframe_) return ReadState::kEmpty;
  KeyframeSink keyframes(sink, min_keyframe_seq_);
  switch (copy_frame(ring, position, check_crc_, keyframes, header)) {
    case CopyResult::kWhole:
      return deliver(position, header);
    case CopyResult::kUncommitted:
      return ReadState::kEmpty;  // announced, and committed in a moment
    case CopyResult::kOverwritten:
      return reject_keyframe(position, ReadState::kEmpty);
    case CopyResult::kRefused:
      if (!keyframes.is_keyframe()) return reject_keyframe(position, ReadState::kCorrupt);
      return keyframes.too_old() ? reject_keyframe(position, ReadState::kEmpty) : ReadState::kNoBuffer;
    case CopyResult::kWrongCrc:
      count(counters_.crc_errors);
      [[fallthrough]];
    case CopyResult::kBroken:
    case CopyResult::kMarker:
      break;
  }
  return reject_keyframe(position, ReadState::kCorrupt);
}

ReadState RingCursor::latest(const RingMemory& ring, FrameSink& sink, FrameHeader& header) {
  for (int attempt = 0; attempt < kLatestAttempts; ++attempt) {
    settled_ = ring.sequence_number().load(std::memory_order_acquire);
    if (settled_ == 0) return ReadState::kEmpty;
    const uint64_t position = ring.head().load(std::memory_order_acquire);
    switch (copy_frame(ring, position, check_crc_, sink, header)) {
      case CopyResult::kWhole:
        settled_ = header.frame_seq;
        count(counters_.frames);
        return ReadState::kFrame;
      case CopyResult::kRefused:
        return ReadState::kNoBuffer;
      case CopyResult::kOverwritten:
      case CopyResult::kUncommitted:
        continue;  // the writer is at work just here
      case CopyResult::kWrongCrc:
        count(counters_.crc_errors);
        [[fallthrough]];
      case CopyResult::kBroken:
      case CopyResult::kMarker:
        count(counters_.corrupt);
        return ReadState::kCorrupt;
    }
  }
  return ReadState::kEmpty;
}

ReadState RingCursor::newest_keyframe(const RingMemory& ring, FrameSink& sink, FrameHeader& header) {
  begin(Join::kNewestKeyframe, 0);
  return next(ring, sink, header);
}

ReadState RingCursor::deliver(uint64_t position, const FrameHeader& header) {
  if (expected_seq_ != 0 && header.frame_seq > expected_seq_) {
    count(counters_.frames_skipped, header.frame_seq - expected_seq_);
  }
  awaiting_keyframe_ = false;
  next_position_ = end_of_frame(position, header.size);
  expected_seq_ = header.frame_seq + 1;
  settled_ = header.frame_seq;
  count(counters_.frames);
  return ReadState::kFrame;
}

ReadState RingCursor::lose(ReadState how, uint64_t position) {
  count(how == ReadState::kLap ? counters_.laps : counters_.corrupt);
  awaiting_keyframe_ = true;
  min_keyframe_seq_ = expected_seq_;
  rejected_keyframe_ = how == ReadState::kCorrupt ? position : kNoPosition;
  return how;
}

ReadState RingCursor::reject_keyframe(uint64_t position, ReadState how) {
  rejected_keyframe_ = position;
  if (how == ReadState::kCorrupt) count(counters_.corrupt);
  return how;
}

}  // namespace sdr::frames
