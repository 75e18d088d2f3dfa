// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>

#include "video/errc.h"
#include "video/rbsp.h"
#include "video/sps_internal.h"

// H.264 7.3.2.1.1 (seq_parameter_set_data), 7.3.2.1.1.1 (scaling lists), E.1.1 (VUI), E.1.2 (HRD).

namespace sdr::video::detail {
namespace {

// What rewriting needs beyond what callers see: where things stand, in bits.
struct Layout {
  Sps sps;
  uint32_t max_num_ref_frames = 0;
  size_t vui_flag = 0;  // vui_parameters_present_flag
  bool has_vui = false;
  size_t restriction_flag = 0;  // bitstream_restriction_flag, where there is a VUI
  bool has_restriction = false;
  std::array<uint32_t, 5> restriction{};  // the flag, then four numbers, before max_num_reorder_frames
};

bool has_chroma_fields(uint8_t profile_idc) {
  constexpr uint8_t kProfiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(std::begin(kProfiles), std::end(kProfiles), profile_idc) != std::end(kProfiles);
}

// A delta has to be known here, since a zero ends the list early.
int32_t signed_number(BitReader& reader) {
  const uint32_t code = reader.ue();
  return code % 2 == 1 ? static_cast<int32_t>(code / 2 + 1) : -static_cast<int32_t>(code / 2);
}

void skip_scaling_list(BitReader& reader, int size) {
  int32_t last = 8, next = 8;
  for (int i = 0; i < size && next != 0 && reader.ok(); ++i) {
    next = static_cast<int32_t>((int64_t{last} + signed_number(reader) + 256) % 256);
    if (next != 0) last = next;
  }
}

// Returns chroma_format_idc.
uint32_t skip_chroma_fields(BitReader& reader) {
  const uint32_t chroma_format = reader.ue();
  if (chroma_format == 3) reader.skip(1);  // separate_colour_plane_flag
  reader.ue();                             // bit_depth_luma_minus8
  reader.ue();                             // bit_depth_chroma_minus8
  reader.skip(1);                          // qpprime_y_zero_transform_bypass_flag
  if (!reader.flag()) return chroma_format;
  for (int i = 0; i < (chroma_format == 3 ? 12 : 8); ++i) {
    if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
  }
  return chroma_format;
}

void skip_picture_order(BitReader& reader) {
  const uint32_t type = reader.ue();
  if (type == 0) reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  if (type != 1) return;
  reader.skip(1);  // delta_pic_order_always_zero_flag
  reader.se();     // offset_for_non_ref_pic
  reader.se();     // offset_for_top_to_bottom_field
  const uint32_t count = std::min(reader.ue(), 255u);
  for (uint32_t i = 0; i < count; ++i) reader.se();
}

void read_size(BitReader& reader, uint32_t chroma_format, Sps& sps) {
  const int64_t width = (int64_t{reader.ue()} + 1) * 16;
  const int64_t map_units = int64_t{reader.ue()} + 1;
  const int64_t fields = reader.flag() ? 1 : 2;  // frame_mbs_only_flag
  if (fields == 2) reader.skip(1);               // mb_adaptive_frame_field_flag
  reader.skip(1);                                // direct_8x8_inference_flag
  int64_t crop_x = 0, crop_y = 0;
  if (reader.flag()) {
    const int64_t left = reader.ue(), right = reader.ue(), top = reader.ue(), bottom = reader.ue();
    crop_x = (left + right) * (chroma_format == 1 || chroma_format == 2 ? 2 : 1);
    crop_y = (top + bottom) * (chroma_format == 1 ? 2 : 1) * fields;
  }
  constexpr int64_t kLargest = 65536;
  sps.width = static_cast<int>(std::clamp(width - crop_x, int64_t{0}, kLargest));
  sps.height = static_cast<int>(std::clamp(map_units * 16 * fields - crop_y, int64_t{0}, kLargest));
}

void skip_hrd(BitReader& reader) {
  const uint32_t count = std::min(reader.ue(), 31u) + 1;
  reader.skip(8);  // bit_rate_scale, cpb_size_scale
  for (uint32_t i = 0; i < count; ++i) {
    reader.ue();
    reader.ue();
    reader.skip(1);
  }
  reader.skip(20);
}

void read_video_signal(BitReader& reader, Sps& sps) {
  reader.skip(3);  // video_format
  sps.full_range = reader.flag();
  if (!reader.flag()) return;
  sps.colour_primaries = static_cast<uint8_t>(reader.bits(8));
  sps.transfer_characteristics = static_cast<uint8_t>(reader.bits(8));
  sps.matrix_coefficients = static_cast<uint8_t>(reader.bits(8));
}

void read_vui(BitReader& reader, Layout& layout) {
  constexpr uint32_t kExtendedAspect = 255;
  if (reader.flag() && reader.bits(8) == kExtendedAspect) reader.skip(32);
  if (reader.flag()) reader.skip(1);  // overscan
  if (reader.flag()) read_video_signal(reader, layout.sps);
  if (reader.flag()) {  // chroma_loc_info
    reader.ue();
    reader.ue();
  }
  if (reader.flag()) reader.skip(65);  // timing_info
  const bool nal_hrd = reader.flag();
  if (nal_hrd) skip_hrd(reader);
  const bool vcl_hrd = reader.flag();
  if (vcl_hrd) skip_hrd(reader);
  if (nal_hrd || vcl_hrd) reader.skip(1);  // low_delay_hrd_flag
  reader.skip(1);                          // pic_struct_present_flag
  layout.restriction_flag = reader.position();
  layout.has_restriction = reader.flag();
  if (!layout.has_restriction) return;
  layout.restriction[0] = reader.bits(1);
  for (size_t i = 1; i < layout.restriction.size(); ++i) layout.restriction[i] = reader.ue();
  layout.sps.max_num_reorder = reader.ue();
  reader.ue();  // max_dec_frame_buffering
}

std::string codec_string(const Sps& sps, uint32_t constraints) {
  char text[16];
  std::snprintf(text, sizeof text, "avc1.%02X%02X%02X", sps.profile_idc, constraints & 0xFFu, sps.level_idc);
  return text;
}

Result<Layout> read(std::span<const uint8_t> rbsp) {
  Layout layout;
  Sps& sps = layout.sps;
  BitReader reader(rbsp);
  reader.skip(8);  // NAL unit header
  sps.codec = Codec::kH264;
  sps.profile_idc = static_cast<uint8_t>(reader.bits(8));
  const uint32_t constraints = reader.bits(8);
  sps.level_idc = static_cast<uint8_t>(reader.bits(8));
  sps.codec_string = codec_string(sps, constraints);
  reader.ue();  // seq_parameter_set_id
  const uint32_t chroma_format = has_chroma_fields(sps.profile_idc) ? skip_chroma_fields(reader) : 1;
  reader.ue();  // log2_max_frame_num_minus4
  skip_picture_order(reader);
  layout.max_num_ref_frames = reader.ue();
  reader.skip(1);  // gaps_in_frame_num_value_allowed_flag
  read_size(reader, chroma_format, sps);
  layout.vui_flag = reader.position();
  layout.has_vui = reader.flag();
  if (layout.has_vui) read_vui(reader, layout);
  if (!reader.ok()) return error(Errc::kBadBitstream, "H.264 SPS is cut short");
  if (sps.width == 0 || sps.height == 0) return error(Errc::kBadBitstream, "H.264 SPS of an empty picture");
  return layout;
}

// The promise itself: the other limits as they were, or those that say "no limit" (E.2.1).
void write_restriction(const Layout& layout, BitWriter& writer) {
  constexpr std::array<uint32_t, 5> kNoLimits{1, 0, 0, 16, 16};
  const auto& limits = layout.has_restriction ? layout.restriction : kNoLimits;
  writer.flag(true);
  writer.bits(limits[0], 1);
  for (size_t i = 1; i < limits.size(); ++i) writer.ue(limits[i]);
  writer.ue(0);                          // max_num_reorder_frames
  writer.ue(layout.max_num_ref_frames);  // max_dec_frame_buffering, which may not be less
}

}  // namespace

Result<Sps> parse_h264_sps(std::span<const uint8_t> rbsp) {
  auto layout = read(rbsp);
  if (!layout) return layout.error();
  return std::move(layout->sps);
}

Result<Rewritten> rewrite_h264_sps(std::span<const uint8_t> rbsp) {
  const auto layout = read(rbsp);
  if (!layout) return layout.error();
  if (layout->sps.max_num_reorder == 0u) return Rewritten{};
  BitWriter writer;
  if (layout->has_vui) {
    writer.copy(rbsp, 0, layout->restriction_flag);
  } else {
    writer.copy(rbsp, 0, layout->vui_flag);
    writer.flag(true);
    writer.bits(0, 8);  // aspect ratio, overscan, video signal, chroma place, timing, two HRDs, pic_struct: none
  }
  write_restriction(*layout, writer);
  writer.finish();
  return Rewritten{{writer.bytes().begin(), writer.bytes().end()}, true};
}

}  // namespace sdr::video::detail
