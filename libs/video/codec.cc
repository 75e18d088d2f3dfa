// SPDX-License-Identifier: Apache-2.0
#include "video/codec.h"

namespace sdr::video {

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return "h264";
    case Codec::kHevc:
      return "hevc";
    case Codec::kJpeg:
      return "jpeg";
  }
  return "unknown";
}

std::optional<Codec> codec_from_name(std::string_view name) {
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kJpeg}) {
    if (name == name_of(codec)) return codec;
  }
  return std::nullopt;
}

}  // namespace sdr::video
