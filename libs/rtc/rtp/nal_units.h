// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtc/rtp/video_codec.h"

// What packetising has to know of NAL units: where one ends in an Annex B stream (ITU-T H.264 and H.265, Annex B) and
// which of its header's bits go where (RFC 6184 section 1.3, RFC 7798 section 1.1.4). `video/nal.h` knows more, but
// lies in a layer beside this one.
//
// Thread: any; pure. Input may be broken in any way.

namespace sdr::rtc {

/// Walks over the NAL units of a byte stream: without start codes and trailing zeros, never empty.
class NalWalk {
 public:
  explicit NalWalk(std::span<const uint8_t> stream) : stream_(stream) { next_ = after_start_code(0); }
  std::optional<std::span<const uint8_t>> next();

 private:
  size_t after_start_code(size_t from) const;

  std::span<const uint8_t> stream_;
  size_t next_;  ///< first byte of the next unit; beyond the end: none
};

inline size_t nal_header_bytes(VideoCodec codec) { return codec == VideoCodec::kH264 ? 1 : 2; }
inline uint8_t nal_type(VideoCodec codec, uint8_t first_byte) {
  return static_cast<uint8_t>(codec == VideoCodec::kH264 ? first_byte & 0x1F : (first_byte >> 1) & 0x3F);
}

/// Delimiters and filler mean nothing to a receiver of packets: their end is the marker bit.
bool is_left_out(VideoCodec codec, uint8_t type);
/// A slice at which decoding can start: IDR (H.264 type 5), IRAP (HEVC types 16 to 21).
bool is_random_access(VideoCodec codec, uint8_t type);

}  // namespace sdr::rtc
