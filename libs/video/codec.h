// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// The codecs that travel through the ring, with the numbers that the frame header carries for them (frames.md).

namespace sdr::video {

enum class Codec : uint16_t { kH264 = 1, kHevc = 2, kJpeg = 3 };

/// "h264", "hevc", "jpeg".
std::string_view name_of(Codec codec);
std::optional<Codec> codec_from_name(std::string_view name);

}  // namespace sdr::video
