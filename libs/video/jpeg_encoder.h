// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "video/encoder.h"

// The last resort: a JPEG per picture, by libjpeg-turbo (half the time of FFmpeg's encoder, measured). Every browser
// shows it, nothing is lost but bandwidth. Each picture is a keyframe.
//
// There is no rate control in JPEG, so quality follows the size of the last pictures. A picture on its own needs
// several times the bits of one that builds on the last, so the rate aimed at is kIntraFactor times the settings'
// bitrate.

namespace sdr::video {

inline constexpr std::string_view kJpegEncoderName = "jpeg";
inline constexpr int64_t kIntraFactor = 6;

/// Settings checked already. Errors: kEncoderUnavailable.
Result<std::unique_ptr<Encoder>> open_jpeg_encoder(const EncoderSettings& settings);

}  // namespace sdr::video
