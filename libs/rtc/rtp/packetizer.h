// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rtc/rtp/nal_units.h"
#include "rtc/rtp/packet_store.h"

// Cuts access units into RTP payloads: H.264 in packetisation mode 1 (RFC 6184 sections 5.6 to 5.8: single units,
// STAP-A, FU-A), HEVC (RFC 7798 section 4.4: single units, aggregation packets, fragmentation units) without DONL.
// Small units that follow each other (parameter sets, SEI, small slices) share a packet. Large ones are cut into
// fragments of equal size, the last a little shorter, since the kernel's segmented send wants one size.
//
// Thread: one. Allocates nothing after construction. Errors: kNoNalUnits, kFrameTooLarge; the store is then unchanged.

namespace sdr::rtc {

/// So that header, extensions, the two bytes of a repair packet and 16 of an authentication tag stay within 1200 bytes,
/// which every path on the internet carries.
inline constexpr size_t kMaxPayloadBytes = 1132;

class Packetizer {
 public:
  Packetizer(VideoCodec codec, PacketStore& store, size_t max_payload_bytes = kMaxPayloadBytes);

  struct AccessUnit {
    std::span<const uint8_t> bytes;  ///< Annex B
    bool keyframe = false;
    uint64_t capture_us = 0;  ///< CLOCK_REALTIME; 0 where unknown
  };

  /// Stores the packets of an access unit; the frame's number in the store.
  Result<uint64_t> push(const AccessUnit& unit, Time now);

 private:
  void collect(std::span<const uint8_t> nal);
  void flush();
  void aggregate();
  void fragment(std::span<const uint8_t> nal);

  const VideoCodec codec_;
  const size_t max_payload_bytes_;
  PacketStore& store_;
  std::vector<std::span<const uint8_t>> together_;  ///< small units of the next packet
  size_t together_bytes_ = 0;                       ///< as an aggregation packet
};

}  // namespace sdr::rtc
