// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The 32 bytes in front of every encoded frame. The ring stores them, the transport sends the same bytes to browsers,
// so what a frame is (its order, codec, keyframe, age, checksum) is said once, by its producer, and never re-derived.
// schema/golden/frame_header.json holds the byte-exact examples that every language is checked against.
//
// Thread: any; a value type. Parsing cannot fail: any 32 bytes are some header. Whether it makes sense is for whoever
// knows the bounds around it (RingReader, the browser).

namespace sdr::frames {

/// Values of the header's `codec`. Others may be read; `is_known` tells.
enum class Codec : uint16_t { kH264 = 1, kHevc = 2, kJpeg = 3 };

/// Bits of the header's `flags`.
inline constexpr uint16_t kFlagKeyframe = 0x0001;    ///< an IDR access unit that carries its parameter sets
inline constexpr uint16_t kFlagWrapMarker = 0x0002;  ///< no frame: the rest of this lap is skipped

inline constexpr std::size_t kFrameHeaderBytes = 32;

struct FrameHeader {
  uint64_t frame_id = 0;   ///< the application's number: the render tick
  uint64_t frame_seq = 0;  ///< 1, 2, 3, ... as committed to the ring
  uint32_t size = 0;       ///< payload bytes
  uint16_t flags = 0;      ///< kFlagKeyframe, kFlagWrapMarker
  Codec codec = Codec::kH264;
  uint32_t crc32 = 0;       ///< zlib's CRC-32 of the payload
  uint32_t capture_us = 0;  ///< low 32 bits of CLOCK_REALTIME µs of the drawn state; 0 where unknown

  bool is_keyframe() const { return (flags & kFlagKeyframe) != 0; }
  bool is_wrap_marker() const { return (flags & kFlagWrapMarker) != 0; }

  bool operator==(const FrameHeader&) const = default;
};

bool is_known(Codec codec);

/// "h264", "hevc", "jpeg"; "unknown" for any other value. For logs and metric labels.
const char* codec_name(Codec codec);

/// Writes the header as little-endian bytes, at the offsets of frames.md.
void serialise(const FrameHeader& header, std::span<std::byte, kFrameHeaderBytes> out);

/// Reads the 32 bytes back; no byte is interpreted or rejected.
FrameHeader parse_frame_header(std::span<const std::byte, kFrameHeaderBytes> bytes);

}  // namespace sdr::frames
