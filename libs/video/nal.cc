// SPDX-License-Identifier: Apache-2.0
#include "video/nal.h"

namespace sdr::video {
namespace {

constexpr size_t kNone = SIZE_MAX;

// Position of the next 00 00 01 at or after `from`. Looks at each third byte first: most are above 1.
size_t find_start_code(std::span<const uint8_t> stream, size_t from) {
  size_t i = from + 2;
  while (i < stream.size()) {
    if (stream[i] > 1) {
      i += 3;
    } else if (stream[i] == 1 && stream[i - 1] == 0 && stream[i - 2] == 0) {
      return i - 2;
    } else {
      ++i;
    }
  }
  return kNone;
}

AccessUnitInfo inspect_jpeg(std::span<const uint8_t> bytes) {
  const size_t size = bytes.size();
  const bool whole =
      size >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[size - 2] == 0xFF && bytes[size - 1] == 0xD9;
  return {whole, whole, whole ? 1u : 0u};
}

}  // namespace

std::optional<Nal> AnnexBReader::next() {
  for (;;) {
    const size_t code = find_start_code(stream_, position_);
    if (code == kNone) {
      position_ = stream_.size();
      return std::nullopt;
    }
    const size_t begin = code + 3;
    size_t end = find_start_code(stream_, begin);
    if (end == kNone) end = stream_.size();
    position_ = end;
    while (end > begin && stream_[end - 1] == 0) --end;
    if (end == begin) continue;
    const size_t offset = code > 0 && stream_[code - 1] == 0 ? code - 1 : code;
    return Nal{stream_.subspan(begin, end - begin), offset};
  }
}

uint8_t nal_type(Codec codec, std::span<const uint8_t> bytes) {
  switch (codec) {
    case Codec::kH264:
      return bytes[0] & 0x1F;
    case Codec::kHevc:
      return (bytes[0] >> 1) & 0x3F;
    case Codec::kJpeg:
      break;
  }
  return 0;
}

bool is_slice(Codec codec, uint8_t type) {
  return codec == Codec::kH264 ? type >= h264::kSlice && type <= h264::kIdr : type < hevc::kVps;
}

bool is_random_access(Codec codec, uint8_t type) {
  return codec == Codec::kH264 ? type == h264::kIdr : type >= hevc::kFirstIrap && type <= hevc::kLastIrap;
}

std::optional<size_t> parameter_set_index(Codec codec, uint8_t type) {
  const bool h264 = codec == Codec::kH264;
  if (!h264 && type == hevc::kVps) return 0;
  if (type == (h264 ? uint8_t{h264::kSps} : uint8_t{hevc::kSps})) return 1;
  if (type == (h264 ? uint8_t{h264::kPps} : uint8_t{hevc::kPps})) return 2;
  return std::nullopt;
}

AccessUnitInfo inspect(Codec codec, std::span<const uint8_t> access_unit) {
  if (codec == Codec::kJpeg) return inspect_jpeg(access_unit);
  AccessUnitInfo info;
  const unsigned needed = codec == Codec::kH264 ? 0b110u : 0b111u;
  unsigned sets = 0;
  AnnexBReader reader(access_unit);
  while (const auto nal = reader.next()) {
    const uint8_t type = nal_type(codec, nal->bytes);
    if (is_slice(codec, type)) {
      if (info.slice_count++ == 0) info.parameter_sets = sets == needed;
      info.random_access = info.random_access || is_random_access(codec, type);
    } else if (const auto index = parameter_set_index(codec, type)) {
      sets |= 1u << *index;
    }
  }
  return info;
}

}  // namespace sdr::video
