// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "video/codec.h"

// NAL units in Annex B byte streams (ITU-T H.264 and H.265, Annex B): walking over them, telling what they are, telling
// keyframes. Input may come from anywhere and be broken in any way: nothing here reads outside the span or allocates.
//
// Thread: any; pure functions.

namespace sdr::video {

/// One NAL unit within a byte stream, without its start code and trailing zeros; never empty.
struct Nal {
  std::span<const uint8_t> bytes;  ///< header and payload, emulation prevention still in
  size_t offset = 0;               ///< of the start code, its leading zero byte included, in the stream
};

/// Walks over the NAL units of a byte stream. Bytes before the first start code are skipped.
class AnnexBReader {
 public:
  explicit AnnexBReader(std::span<const uint8_t> stream) : stream_(stream) {}
  std::optional<Nal> next();

 private:
  std::span<const uint8_t> stream_;
  size_t position_ = 0;
};

// nal_unit_type values, H.264 table 7-1 and H.265 table 7-1.
namespace h264 {
enum Type : uint8_t { kSlice = 1, kIdr = 5, kSei = 6, kSps = 7, kPps = 8, kAud = 9 };
}
namespace hevc {
enum Type : uint8_t { kFirstIrap = 16, kLastIrap = 21, kVps = 32, kSps = 33, kPps = 34, kAud = 35, kPrefixSei = 39 };
}

/// nal_unit_type of a NAL unit of this codec; `bytes` not empty. kJpeg has none: 0.
uint8_t nal_type(Codec codec, std::span<const uint8_t> bytes);

bool is_slice(Codec codec, uint8_t type);
/// A slice at which decoding can start: IDR (H.264 type 5), IRAP (HEVC types 16 to 21).
bool is_random_access(Codec codec, uint8_t type);
/// 0 for a VPS, 1 for an SPS, 2 for a PPS.
std::optional<size_t> parameter_set_index(Codec codec, uint8_t type);

/// What an access unit holds.
struct AccessUnitInfo {
  bool random_access = false;   ///< see is_random_access(); any JPEG
  bool parameter_sets = false;  ///< SPS and PPS, and for HEVC a VPS, before the first slice
  size_t slice_count = 0;

  /// What frames.md calls a keyframe: a decoder can start here with nothing else.
  bool keyframe() const { return random_access && parameter_sets; }
};

/// Looks at the NAL units of an access unit. For JPEG: whether it starts and ends with its markers.
AccessUnitInfo inspect(Codec codec, std::span<const uint8_t> access_unit);

}  // namespace sdr::video
