// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "video/codec.h"

// Makes what encoders put out uniform: each keyframe starts with its parameter sets (kept from an earlier one or from
// the encoder's extra data where it leaves them out), its SPS promises that nothing is reordered, and user data of the
// encoder's own (its version and options, hundreds of bytes) is left out.
//
// Access units that are already so, all that are not keyframes among them, pass through without a copy.
// Thread: one. Owns one buffer that grows to the largest changed access unit.

namespace sdr::video {

class AccessUnitNormalizer {
 public:
  explicit AccessUnitNormalizer(Codec codec) : codec_(codec) {}

  struct Output {
    std::span<const uint8_t> bytes;  ///< the input or this object's buffer: valid until either changes
    bool keyframe = false;           ///< a random access point with all its parameter sets
  };

  /// Parameter sets in Annex B from outside the stream (an encoder's extra data). Anything else in there is ignored.
  Status set_parameter_sets(std::span<const uint8_t> stream);

  /// One access unit. kBadBitstream where it has no slices, or its parameter sets do not parse.
  Result<Output> normalize(std::span<const uint8_t> access_unit);

  /// From the newest SPS; empty before there was one ("jpeg" for JPEG).
  const std::string& codec_string() const { return codec_string_; }

 private:
  struct Scan;

  Scan scan(std::span<const uint8_t> access_unit) const;
  Status remember(std::span<const uint8_t> nal);
  void rebuild(std::span<const uint8_t> access_unit);
  std::span<const uint8_t> written(size_t index) const;

  const Codec codec_;
  std::vector<uint8_t> sets_[3];      ///< newest VPS, SPS, PPS as the encoder wrote them, without start codes
  std::vector<uint8_t> sets_out_[3];  ///< the same as we write them, with start codes
  std::vector<uint8_t> buffer_;
  std::string codec_string_;
};

}  // namespace sdr::video
