// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Assertions for broken invariants, that is for our own mistakes, never for input. They stay on in release builds, name
// both values, and abort: a process that is restarted is safer than one that goes on in an unknown state.
//
// Thread: any. Allocates only when it is about to abort.

namespace sdr::detail {

[[noreturn]] void assertion_failed(const char* file, int line, const char* expression, const std::string& values);

template <typename A, typename B>
[[noreturn]] void assertion_failed(const char* file, int line, const char* expression, const A& a, const B& b) {
  assertion_failed(file, line, expression, std::to_string(a) + " and " + std::to_string(b));
}

}  // namespace sdr::detail

/// Aborts with the message unless the condition holds.
#define SDR_ASSERT(condition, message) \
  (static_cast<bool>(condition) ? void() : ::sdr::detail::assertion_failed(__FILE__, __LINE__, #condition, message))

/// Aborts with both numbers unless `a op b` holds, as in `SDR_ASSERT_OP(size, <=, capacity)`.
#define SDR_ASSERT_OP(a, op, b) \
  (((a)op(b)) ? void() : ::sdr::detail::assertion_failed(__FILE__, __LINE__, #a " " #op " " #b, (a), (b)))
