// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "video/sps.h"

// Inside of sps.h: per codec, over the bytes of a NAL unit without emulation prevention, NAL header included.

namespace sdr::video::detail {

/// A parameter set as bytes; `changed` where they differ from what was read.
struct Rewritten {
  std::vector<uint8_t> rbsp;
  bool changed = false;
};

Result<Sps> parse_h264_sps(std::span<const uint8_t> rbsp);
Result<Rewritten> rewrite_h264_sps(std::span<const uint8_t> rbsp);

Result<Sps> parse_hevc_sps(std::span<const uint8_t> rbsp);
/// A VPS or an SPS.
Result<Rewritten> rewrite_hevc_sets(std::span<const uint8_t> rbsp);

}  // namespace sdr::video::detail
