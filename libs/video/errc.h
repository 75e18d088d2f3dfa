// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

#include "base/result.h"

// What can go wrong with pictures, encoders and bitstreams while running.

namespace sdr::video {

enum class Errc {
  kBadSettings = 1,     ///< a size, rate or format that no encoder here takes
  kUnknownEncoder,      ///< the name or codec asked for is not known
  kEncoderUnavailable,  ///< no encoder could be opened, or this one is not in this build of FFmpeg
  kEncoderFailed,       ///< an encoder that worked reports an error: open another
  kHeldBack,            ///< a picture went in and none came out: the encoder reorders or looks ahead
  kWrongPicture,        ///< size or format differ from what the encoder was opened with: convert anew
  kBadBitstream,        ///< NAL units that do not parse
};

const std::error_category& video_category();
std::error_code make_error_code(Errc errc);
inline Error error(Errc errc, std::string context = {}) { return Error(make_error_code(errc), std::move(context)); }

}  // namespace sdr::video

template <>
struct std::is_error_code_enum<sdr::video::Errc> : std::true_type {};
