// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "base/clock.h"
#include "base/result.h"
#include "rtc/rtp/rate_meter.h"

// The payloads of a stream's newest frames, cut into packets once for all peers; what is sent first and what is sent
// again come from here. One ring of bytes, one of packets, one of frames, all allocated at construction.
//
// A peer remembers a frame by its number and asks anew each time: the store is bounded in bytes, packets, frames and
// time whatever the peers do, and one that is too late finds nothing and joins again at a keyframe. So nothing has to
// be counted per packet, and no slow peer can hold memory.
//
// Thread: one (a loop that sends from several threads gives each a store of its own: a copy of 16 kB per frame).
// Spans are valid until the next begin_frame().

namespace sdr::rtc {

struct StoredFrame {
  uint64_t id = 0;  ///< 1, 2, 3, ... in this store
  bool keyframe = false;
  uint64_t capture_us = 0;  ///< CLOCK_REALTIME; 0 where unknown
  uint32_t media_time = 0;  ///< 90 kHz, of capture_us or else of the arrival
  Time arrived;
  size_t packet_count = 0;
  size_t payload_bytes = 0;
  uint64_t first_packet = 0, begin = 0;  ///< places in the store's rings
};

struct StoredPacket {
  std::span<const uint8_t> payload;
  bool last = false;  ///< of its frame: carries the marker
};

class PacketStore {
 public:
  struct Limits {
    size_t bytes = size_t{4} << 20;  ///< of payload; a frame may have half of it
    size_t packets = 8192;           ///< a frame may have half of them
    size_t frames = 256;
    Duration age = std::chrono::seconds(1);
  };

  PacketStore() : PacketStore(Limits{}) {}
  explicit PacketStore(const Limits& limits);
  PacketStore(const PacketStore&) = delete;
  PacketStore& operator=(const PacketStore&) = delete;

  // Writing a frame, for the packetiser: begin, then packets piece by piece, then commit. Pieces beyond `max_bytes` or
  // beyond the packets of a frame are not stored, and the commit fails.
  Status begin_frame(size_t max_bytes, Time now);
  void begin_packet();
  void append(std::span<const uint8_t> piece);
  /// kFrameTooLarge; the frame is then as if never begun.
  Result<uint64_t> commit_frame(bool keyframe, uint64_t capture_us, Time now);

  /// Null where it is gone, or was never there.
  const StoredFrame* find(uint64_t id) const;
  const StoredFrame* newest() const { return find(next_id_ - 1); }
  /// The newest keyframe that is still whole; null where there is none.
  const StoredFrame* newest_keyframe() const { return find(newest_keyframe_); }
  StoredPacket packet(const StoredFrame& frame, size_t index) const {
    return {payload(frame, index), index + 1 == frame.packet_count};
  }
  std::span<const uint8_t> payload(const StoredFrame& frame, size_t index) const {
    SDR_ASSERT_OP(index, <, frame.packet_count);
    const Packet& packet = packets_[(frame.first_packet + index) & (packets_.size() - 1)];
    return {bytes_.data() + packet.offset, packet.size};
  }

  /// What the stream takes, payload bits per second over the last second or so.
  double rate_bps(Time now) const { return rate_.rate_bps(now); }
  /// Bytes of the newest keyframe, also when it is gone; 0 before the first.
  size_t keyframe_bytes() const { return keyframe_bytes_; }

 private:
  struct Packet {
    uint32_t offset = 0, size = 0;
  };

  void evict_below(uint64_t position, Time now);

  const Limits limits_;
  std::vector<uint8_t> bytes_;
  std::vector<Packet> packets_;  ///< a power of two of them, as of frames: looked up for each packet of each peer
  std::vector<StoredFrame> frames_;
  uint64_t oldest_id_ = 1, next_id_ = 1, newest_keyframe_ = 0;
  uint64_t next_packet_ = 0;  ///< virtual positions: they only grow, modulo the ring's size is the place
  uint64_t next_byte_ = 0;

  // The frame being written.
  uint64_t frame_begin_ = 0, frame_limit_ = 0, write_ = 0, packet_ = 0;
  bool overflow_ = false;

  RateMeter rate_;
  size_t keyframe_bytes_ = 0;
};

}  // namespace sdr::rtc
