// SPDX-License-Identifier: Apache-2.0
#include "video/errc.h"

namespace sdr::video {
namespace {

class VideoCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "video"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::kBadSettings:
        return "settings that no encoder takes";
      case Errc::kUnknownEncoder:
        return "unknown encoder or codec";
      case Errc::kEncoderUnavailable:
        return "encoder not available";
      case Errc::kEncoderFailed:
        return "encoder failed";
      case Errc::kHeldBack:
        return "encoder held a picture back";
      case Errc::kWrongPicture:
        return "picture of another size or format";
      case Errc::kBadBitstream:
        return "malformed bitstream";
    }
    return "unknown video error";
  }
};

}  // namespace

const std::error_category& video_category() {
  static const VideoCategory category;
  return category;
}

std::error_code make_error_code(Errc errc) { return {static_cast<int>(errc), video_category()}; }

}  // namespace sdr::video
