// SPDX-License-Identifier: Apache-2.0
#include "video/sps.h"

#include "video/errc.h"
#include "video/nal.h"
#include "video/rbsp.h"
#include "video/sps_internal.h"

namespace sdr::video {
namespace {

// Far above any real parameter set (scaling lists make some hundred bytes).
constexpr size_t kLargestSet = 4096;

bool is_sps(Codec codec, std::span<const uint8_t> nal) {
  return codec == Codec::kH264 ? nal_type(codec, nal) == h264::kSps : nal_type(codec, nal) == hevc::kSps;
}

bool is_vps(Codec codec, std::span<const uint8_t> nal) {
  return codec == Codec::kHevc && nal_type(codec, nal) == hevc::kVps;
}

}  // namespace

Result<Sps> parse_sps(Codec codec, std::span<const uint8_t> nal) {
  if (nal.empty() || nal.size() > kLargestSet || !is_sps(codec, nal)) return error(Errc::kBadBitstream, "not an SPS");
  const auto rbsp = without_emulation_prevention(nal);
  return codec == Codec::kH264 ? detail::parse_h264_sps(rbsp) : detail::parse_hevc_sps(rbsp);
}

Result<bool> append_without_reordering(Codec codec, std::span<const uint8_t> nal, std::vector<uint8_t>& out) {
  if (nal.empty() || nal.size() > kLargestSet || !(is_sps(codec, nal) || is_vps(codec, nal))) {
    return error(Errc::kBadBitstream, "neither SPS nor VPS");
  }
  const auto rbsp = without_emulation_prevention(nal);
  const auto rewritten = codec == Codec::kH264 ? detail::rewrite_h264_sps(rbsp) : detail::rewrite_hevc_sets(rbsp);
  if (!rewritten) return rewritten.error();
  if (rewritten->changed) {
    append_with_emulation_prevention(rewritten->rbsp, out);
  } else {
    out.insert(out.end(), nal.begin(), nal.end());
  }
  return rewritten->changed;
}

}  // namespace sdr::video
