// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// Why bytes from outside were refused. The context of the Error names the place, as in "data.linear.x".

namespace sdr::schema {

enum class Errc {
  not_json = 1,    // not JSON (RFC 8259), not UTF-8, or nested too deep
  too_large,       // more bytes than the message may have
  wrong_kind,      // a string where a number should be, or the like
  missing,         // a member that must be there is not
  out_of_range,    // a number, length or count beyond its limits
  not_in_list,     // a word outside a closed list, or text outside its alphabet
  truncated,       // a binary message that ends too early
  trailing_bytes,  // a binary message that is longer than its fields
  unknown_action,  // a command outside the closed list
};

const std::error_category& error_category();
inline std::error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace sdr::schema

template <>
struct std::is_error_code_enum<sdr::schema::Errc> : std::true_type {};
