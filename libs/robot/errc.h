// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// What can go wrong with robots and their pictures; the context of the Error says where and what was expected.

namespace sdr::robot {

enum class Errc {
  unknown_robot = 1,  // no folder of that name with a description
  bad_description,    // robot.toml: file, line, key, what was expected
  bad_model,          // the MJCF does not load, or lacks what the description names
  renderer_missing,   // no EGL device gives an OpenGL context
  renderer_failed,    // the context was lost, or a frame buffer could not be made
};

const std::error_category& category();

inline std::error_code make_error_code(Errc code) { return {static_cast<int>(code), category()}; }

}  // namespace sdr::robot

template <>
struct std::is_error_code_enum<sdr::robot::Errc> : std::true_type {};
