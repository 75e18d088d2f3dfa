// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "video/codec.h"

// Sequence parameter sets: what a stream is (ITU-T H.264 7.3.2.1.1 and annex E, H.265 7.3.2.2 and annex E), and the
// promise that nothing in it is reordered. Browsers' decoders hold pictures back unless the SPS says that they need not
// (`max_num_reorder_frames` 0); some encoders leave that out, so it is written in here.
//
// Input is untrusted and bounds-checked. Thread: any; pure functions.

namespace sdr::video {

struct Sps {
  Codec codec = Codec::kH264;
  int width = 0, height = 0;  ///< pixels, after cropping
  /// As a player names the stream (RFC 6381): "avc1.42C01F", "hvc1.1.6.L93.B0".
  std::string codec_string;
  uint8_t profile_idc = 0, level_idc = 0;
  /// Pictures that may be held back for reordering; nullopt where an H.264 SPS does not say.
  std::optional<uint32_t> max_num_reorder;
  /// From the VUI (H.273 codes); 2, "unspecified", where not given.
  bool full_range = false;
  uint8_t colour_primaries = 2, transfer_characteristics = 2, matrix_coefficients = 2;
};

/// `nal` is an SPS NAL unit without start code, emulation prevention in. kBadBitstream where it does not parse.
Result<Sps> parse_sps(Codec codec, std::span<const uint8_t> nal);

/// Appends `nal`, an SPS (or, for HEVC, a VPS or an SPS), to `out`, changed where needed so that it promises that no
/// picture is reordered; everything else stays as it is. True where it had to be changed.
/// Errors: kBadBitstream, `out` as it was.
Result<bool> append_without_reordering(Codec codec, std::span<const uint8_t> nal, std::vector<uint8_t>& out);

}  // namespace sdr::video
