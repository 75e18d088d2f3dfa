// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "video/encoder.h"

// Encoders of FFmpeg's libavcodec behind the `Encoder` interface.

namespace sdr::video {

/// `name` as FFmpeg names it; settings checked already. Errors: kUnknownEncoder, kEncoderUnavailable.
Result<std::unique_ptr<Encoder>> open_libav_encoder(std::string_view name, const EncoderSettings& settings);

/// Whether the installed library has this encoder at all; whether it works is known when it was tried.
bool has_libav_encoder(std::string_view name);

}  // namespace sdr::video
