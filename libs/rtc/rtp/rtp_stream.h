// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_store.h"
#include "rtc/rtp/rtcp.h"

// One peer's own side of a stream that all peers share: its source number, its sequence numbers, which know no gap
// whatever is left out, and its timestamps, which only grow whatever layer, camera or clock a frame comes from.
//
// Thread: one. Nothing allocates.

namespace sdr::rtc {

class RtpStream {
 public:
  struct Config {
    uint32_t ssrc = 0;
    uint8_t payload_type = 0;
    uint16_t first_sequence = 0;  ///< random, below 2^15 (RFC 3711 section 3.3.1 then works from the first packet on)
    /// Added to the media time. RFC 3550 section 5.1 wants it random, against attacks on weak encryption that knows
    /// what it encrypts; 0 lets a receiver that knows our clock tell a picture's age.
    uint32_t timestamp_offset = 0;
  };

  explicit RtpStream(const Config& config)
      : config_(config),
        next_sequence_(config.first_sequence),
        offset_(config.timestamp_offset),
        last_timestamp_(config.timestamp_offset) {}

  /// The timestamp of the next frame: what its capture time says where that is plausible, else the time that passed. A
  /// frame that steps back a little (an instant drawn twice, another layer's stored keyframe) does not shift the time
  /// line: it is met again soon after.
  uint32_t timestamp_of(const StoredFrame& frame);

  /// Takes the numbers of a frame's packets; the first, which does not wrap.
  int64_t take_sequences(size_t count);
  void count(size_t payload_bytes) {
    ++packets_;
    octets_ += static_cast<uint32_t>(payload_bytes);
  }

  uint32_t ssrc() const { return config_.ssrc; }
  uint8_t payload_type() const { return config_.payload_type; }
  uint32_t packets() const { return packets_; }

  /// What a sender report at this time says: where the newest frame's time line stands now. RFC 3550 section 6.4.1.
  SenderInfo sender_info(uint64_t realtime_us, Time now) const;

 private:
  uint32_t offset_of(const StoredFrame& frame, int64_t passed) const;
  int32_t step_to(const StoredFrame& frame, uint32_t offset) const;

  const Config config_;
  int64_t next_sequence_;
  uint32_t offset_;  ///< from the store's media time to our timestamps: the configured one but where a clock was set
  uint32_t last_timestamp_;
  bool started_ = false;
  Time last_arrived_{};
  uint64_t last_capture_us_ = 0;
  uint32_t packets_ = 0, octets_ = 0;
};

/// The header of each packet of a frame, from one template: all have the same length.
class FrameHeaders {
 public:
  /// The template of a frame, written in place: each peer has one, anew for each frame.
  void set(const RtpHeader& header, const ExtensionIds& ids, const Extensions& values);

  size_t bytes() const { return layout_.bytes; }
  bool has_transport_sequence() const { return layout_.transport_sequence_at != 0; }
  /// Writes bytes(); what follows them in `out` is overwritten too, since a copy of a known length is a few moves.
  void write(uint16_t sequence, uint16_t transport_sequence, bool marker,
             std::span<uint8_t, kMaxHeaderBytes> out) const;

 private:
  std::array<uint8_t, kMaxHeaderBytes> template_{};
  HeaderLayout layout_;
};

}  // namespace sdr::rtc
