// SPDX-License-Identifier: Apache-2.0
#include "frames/errc.h"

#include <string>

namespace sdr::frames {
namespace {

class FramesCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "frames"; }

  std::string message(int value) const override {
    switch (static_cast<FramesErrc>(value)) {
      case FramesErrc::kLocked:
        return "another writer holds this ring";
      case FramesErrc::kFrameTooLarge:
        return "the frame is larger than the ring's data region";
      case FramesErrc::kBadSize:
        return "a ring's size is a multiple of 4096 from 8192 bytes to 4 GiB";
      case FramesErrc::kBadName:
        return "a camera's name is 1 to 32 of a-z, 0-9, '_' and '-', and not 'low'";
      case FramesErrc::kBadPath:
        return "not a regular file, or not a usable address";
      case FramesErrc::kNotARing:
        return "not a frame ring";
      case FramesErrc::kRingLost:
        return "the ring's file was removed or truncated";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& frames_category() {
  static const FramesCategory category;
  return category;
}

std::error_code make_error_code(FramesErrc errc) { return {static_cast<int>(errc), frames_category()}; }

}  // namespace sdr::frames
