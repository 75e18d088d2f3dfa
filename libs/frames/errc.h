// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// What can go wrong with a ring, apart from what the operating system reports (no space, no permission), which arrives
// as `std::system_category`.

namespace sdr::frames {

enum class FramesErrc {
  kLocked = 1,     ///< another writer holds this ring
  kFrameTooLarge,  ///< header and payload exceed the data region; nothing was written
  kBadSize,        ///< not a multiple of 4096, too small or too large for a ring
  kBadName,        ///< no camera may have this name
  kBadPath,        ///< the path is no regular file, or too long for a socket address
  kNotARing,       ///< a file of somebody else's stands there, or its trailer is unsound
  kRingLost,       ///< the ring's file was removed or truncated and could not be made anew
};

const std::error_category& frames_category();
std::error_code make_error_code(FramesErrc errc);

}  // namespace sdr::frames

template <>
struct std::is_error_code_enum<sdr::frames::FramesErrc> : std::true_type {};
