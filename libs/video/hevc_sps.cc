// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdio>

#include "video/errc.h"
#include "video/nal.h"
#include "video/rbsp.h"
#include "video/sps_internal.h"

// H.265 7.3.2.1 (VPS), 7.3.2.2 (SPS), 7.3.3 (profile, tier, level); the codec string is ISO/IEC 14496-15 annex E.

namespace sdr::video::detail {
namespace {

constexpr uint32_t kLargestSubLayer = 6;  // *_max_sub_layers_minus1

struct Profile {
  uint32_t space = 0, tier = 0, idc = 0, compatibility = 0, level = 0;
  uint8_t constraints[6] = {};
};

Profile read_profile(BitReader& reader, uint32_t max_sub_layer) {
  Profile profile;
  profile.space = reader.bits(2);
  profile.tier = reader.bits(1);
  profile.idc = reader.bits(5);
  profile.compatibility = reader.bits(32);
  for (uint8_t& byte : profile.constraints) byte = static_cast<uint8_t>(reader.bits(8));
  profile.level = reader.bits(8);
  bool has_profile[kLargestSubLayer] = {}, has_level[kLargestSubLayer] = {};
  for (uint32_t i = 0; i < max_sub_layer; ++i) {
    has_profile[i] = reader.flag();
    has_level[i] = reader.flag();
  }
  if (max_sub_layer > 0) reader.skip(2 * (8 - max_sub_layer));
  for (uint32_t i = 0; i < max_sub_layer; ++i) reader.skip((has_profile[i] ? 88 : 0) + (has_level[i] ? 8 : 0));
  return profile;
}

std::string codec_string(const Profile& profile) {
  uint32_t reversed = 0;
  for (unsigned i = 0; i < 32; ++i) reversed |= (profile.compatibility >> i & 1u) << (31 - i);
  constexpr const char* kSpaces[] = {"", "A", "B", "C"};
  char text[64];
  int length = std::snprintf(text, sizeof text, "hvc1.%s%u.%X.%c%u", kSpaces[profile.space], profile.idc, reversed,
                             profile.tier != 0 ? 'H' : 'L', profile.level);
  std::string result(text, static_cast<size_t>(length));
  size_t count = 6;
  while (count > 0 && profile.constraints[count - 1] == 0) --count;
  for (size_t i = 0; i < count; ++i) {
    length = std::snprintf(text, sizeof text, ".%X", profile.constraints[i]);
    result.append(text, static_cast<size_t>(length));
  }
  return result;
}

// Where the numbers stand that say how much is reordered: for one sub-layer or for each.
struct Ordering {
  size_t begin = 0, end = 0;
  uint32_t count = 0;
  struct {
    uint32_t buffering = 0, reorder = 0, latency = 0;
  } layers[kLargestSubLayer + 1];
};

Ordering read_ordering(BitReader& reader, uint32_t max_sub_layer) {
  Ordering ordering;
  ordering.count = reader.flag() ? max_sub_layer + 1 : 1;  // *_sub_layer_ordering_info_present_flag
  ordering.begin = reader.position();
  for (uint32_t i = 0; i < ordering.count; ++i) {
    ordering.layers[i] = {reader.ue(), reader.ue(), reader.ue()};
  }
  ordering.end = reader.position();
  return ordering;
}

struct SetsLayout {
  Sps sps;
  Ordering ordering;
};

void read_size(BitReader& reader, Sps& sps) {
  const uint32_t chroma_format = reader.ue();
  if (chroma_format == 3) reader.skip(1);  // separate_colour_plane_flag
  int64_t width = reader.ue(), height = reader.ue();
  if (reader.flag()) {  // conformance_window_flag
    const int64_t left = reader.ue(), right = reader.ue(), top = reader.ue(), bottom = reader.ue();
    width -= (left + right) * (chroma_format == 1 || chroma_format == 2 ? 2 : 1);
    height -= (top + bottom) * (chroma_format == 1 ? 2 : 1);
  }
  constexpr int64_t kLargest = 65536;
  sps.width = static_cast<int>(std::clamp(width, int64_t{0}, kLargest));
  sps.height = static_cast<int>(std::clamp(height, int64_t{0}, kLargest));
}

Result<SetsLayout> read_sps(std::span<const uint8_t> rbsp) {
  SetsLayout layout;
  BitReader reader(rbsp);
  reader.skip(16 + 4);  // NAL unit header, sps_video_parameter_set_id
  const uint32_t max_sub_layer = reader.bits(3);
  if (max_sub_layer > kLargestSubLayer) return error(Errc::kBadBitstream, "HEVC SPS with 8 sub-layers");
  reader.skip(1);  // sps_temporal_id_nesting_flag
  const Profile profile = read_profile(reader, max_sub_layer);
  reader.ue();  // sps_seq_parameter_set_id
  read_size(reader, layout.sps);
  reader.ue();  // bit_depth_luma_minus8
  reader.ue();  // bit_depth_chroma_minus8
  reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  layout.ordering = read_ordering(reader, max_sub_layer);
  if (!reader.ok()) return error(Errc::kBadBitstream, "HEVC SPS is cut short");
  Sps& sps = layout.sps;
  if (sps.width == 0 || sps.height == 0) return error(Errc::kBadBitstream, "HEVC SPS of an empty picture");
  sps.codec = Codec::kHevc;
  sps.profile_idc = static_cast<uint8_t>(profile.idc);
  sps.level_idc = static_cast<uint8_t>(profile.level);
  sps.codec_string = codec_string(profile);
  sps.max_num_reorder = layout.ordering.layers[layout.ordering.count - 1].reorder;
  return layout;
}

Result<SetsLayout> read_vps(std::span<const uint8_t> rbsp) {
  SetsLayout layout;
  BitReader reader(rbsp);
  reader.skip(16 + 4 + 2 + 6);  // NAL unit header, id, base layer flags, vps_max_layers_minus1
  const uint32_t max_sub_layer = reader.bits(3);
  if (max_sub_layer > kLargestSubLayer) return error(Errc::kBadBitstream, "HEVC VPS with 8 sub-layers");
  reader.skip(1 + 16);  // nesting flag, reserved
  read_profile(reader, max_sub_layer);
  layout.ordering = read_ordering(reader, max_sub_layer);
  if (!reader.ok()) return error(Errc::kBadBitstream, "HEVC VPS is cut short");
  return layout;
}

bool reorders(const Ordering& ordering) {
  const auto* const end = ordering.layers + ordering.count;
  return std::any_of(ordering.layers, end, [](const auto& layer) { return layer.reorder != 0; });
}

}  // namespace

Result<Sps> parse_hevc_sps(std::span<const uint8_t> rbsp) {
  auto layout = read_sps(rbsp);
  if (!layout) return layout.error();
  return std::move(layout->sps);
}

Result<Rewritten> rewrite_hevc_sets(std::span<const uint8_t> rbsp) {
  const auto layout = nal_type(Codec::kHevc, rbsp) == hevc::kSps ? read_sps(rbsp) : read_vps(rbsp);
  if (!layout) return layout.error();
  const Ordering& ordering = layout->ordering;
  if (!reorders(ordering)) return Rewritten{};
  const size_t stop = stop_bit_position(rbsp);
  if (stop == SIZE_MAX || stop < ordering.end) return error(Errc::kBadBitstream, "HEVC parameter set without an end");
  BitWriter writer;
  writer.copy(rbsp, 0, ordering.begin);
  for (uint32_t i = 0; i < ordering.count; ++i) {
    writer.ue(ordering.layers[i].buffering);
    writer.ue(0);  // *_max_num_reorder_pics
    writer.ue(ordering.layers[i].latency);
  }
  writer.copy(rbsp, ordering.end, stop);
  writer.finish();
  return Rewritten{{writer.bytes().begin(), writer.bytes().end()}, true};
}

}  // namespace sdr::video::detail
