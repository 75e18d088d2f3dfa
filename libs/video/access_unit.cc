// SPDX-License-Identifier: Apache-2.0
#include "video/access_unit.h"

#include <algorithm>
#include <array>

#include "video/errc.h"
#include "video/nal.h"
#include "video/sps.h"

namespace sdr::video {
namespace {

constexpr std::array<uint8_t, 4> kStartCode{0, 0, 0, 1};
constexpr uint8_t kUserDataUnregistered = 5;  // SEI payload type, in both codecs

bool is_delimiter(Codec codec, uint8_t type) {
  return type == (codec == Codec::kH264 ? uint8_t{h264::kAud} : uint8_t{hevc::kAud});
}

// An SEI that starts with the encoder's own words. Others (recovery points, timing) stay.
bool is_user_data(Codec codec, std::span<const uint8_t> nal) {
  const bool h264_sei = codec == Codec::kH264 && nal_type(codec, nal) == h264::kSei;
  if (h264_sei) return nal.size() > 1 && nal[1] == kUserDataUnregistered;
  return nal_type(codec, nal) == hevc::kPrefixSei && codec == Codec::kHevc && nal.size() > 2 &&
         nal[2] == kUserDataUnregistered;
}

void append(std::span<const uint8_t> bytes, std::vector<uint8_t>& out) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

// What stands before the first slice.
struct AccessUnitNormalizer::Scan {
  bool has_slice = false, random_access = false, user_data = false;
  std::array<std::span<const uint8_t>, 3> sets;
};

AccessUnitNormalizer::Scan AccessUnitNormalizer::scan(std::span<const uint8_t> access_unit) const {
  Scan found;
  AnnexBReader reader(access_unit);
  while (const auto nal = reader.next()) {
    const uint8_t type = nal_type(codec_, nal->bytes);
    if (is_slice(codec_, type)) {
      // All slices of an access unit agree on this, so the rest need not be walked.
      found.has_slice = true;
      found.random_access = is_random_access(codec_, type);
      return found;
    }
    if (const auto index = parameter_set_index(codec_, type)) found.sets[*index] = nal->bytes;
    found.user_data = found.user_data || is_user_data(codec_, nal->bytes);
  }
  return found;
}

Status AccessUnitNormalizer::remember(std::span<const uint8_t> nal) {
  const size_t index = parameter_set_index(codec_, nal_type(codec_, nal)).value();
  if (std::ranges::equal(sets_[index], nal)) return Status();
  std::vector<uint8_t> rewritten(kStartCode.begin(), kStartCode.end());
  const bool is_pps = index == 2, is_sps = index == 1;
  if (is_pps) {
    append(nal, rewritten);
  } else if (auto changed = append_without_reordering(codec_, nal, rewritten); !changed) {
    return changed.error();
  }
  if (is_sps) {
    auto sps = parse_sps(codec_, nal);
    if (!sps) return sps.error();
    codec_string_ = std::move(sps->codec_string);
  }
  sets_[index].assign(nal.begin(), nal.end());
  sets_out_[index] = std::move(rewritten);
  return Status();
}

Status AccessUnitNormalizer::set_parameter_sets(std::span<const uint8_t> stream) {
  AnnexBReader reader(stream);
  while (const auto nal = reader.next()) {
    if (parameter_set_index(codec_, nal_type(codec_, nal->bytes))) SDR_TRY(remember(nal->bytes));
  }
  return Status();
}

// Delimiter, parameter sets, then the rest in its order.
void AccessUnitNormalizer::rebuild(std::span<const uint8_t> access_unit) {
  buffer_.clear();
  bool sets_written = false;
  const auto write_sets = [&] {
    for (const auto& set : sets_out_) append(set, buffer_);
    sets_written = true;
  };
  AnnexBReader reader(access_unit);
  while (const auto nal = reader.next()) {
    const uint8_t type = nal_type(codec_, nal->bytes);
    if (parameter_set_index(codec_, type) || is_user_data(codec_, nal->bytes)) continue;
    if (!sets_written && !is_delimiter(codec_, type)) write_sets();
    append(kStartCode, buffer_);
    append(nal->bytes, buffer_);
  }
}

Result<AccessUnitNormalizer::Output> AccessUnitNormalizer::normalize(std::span<const uint8_t> access_unit) {
  if (codec_ == Codec::kJpeg) {
    if (!inspect(codec_, access_unit).keyframe()) return error(Errc::kBadBitstream, "not a JPEG");
    codec_string_ = "jpeg";
    return Output{access_unit, true};
  }
  const Scan found = scan(access_unit);
  if (!found.has_slice) return error(Errc::kBadBitstream, "access unit without a slice");
  bool complete = true, as_we_write_them = true;
  for (size_t i = codec_ == Codec::kH264 ? 1 : 0; i < found.sets.size(); ++i) {
    if (!found.sets[i].empty()) SDR_TRY(remember(found.sets[i]));
    complete = complete && !sets_out_[i].empty();
    as_we_write_them = as_we_write_them && !found.sets[i].empty() && std::ranges::equal(found.sets[i], written(i));
  }
  if (!found.random_access) return Output{access_unit, false};
  if (as_we_write_them && !found.user_data) return Output{access_unit, true};
  rebuild(access_unit);
  return Output{buffer_, complete};
}

// A set as we write it, without its start code.
std::span<const uint8_t> AccessUnitNormalizer::written(size_t index) const {
  const std::span<const uint8_t> set = sets_out_[index];
  return set.empty() ? set : set.subspan(kStartCode.size());
}

}  // namespace sdr::video
