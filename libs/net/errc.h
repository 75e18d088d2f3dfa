// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// The failures that are this library's own to name; those of the operating system keep their `errno`.

namespace sdr::net {

enum class NetError {
  kBadAddress = 1,  // not HOST:PORT with a numeric host
  kBadPath,         // a request's path that names nothing we would serve: traversal, bad escapes, control characters
  kNotFound,        // no such file under the root
  kTooLarge,        // a file beyond what is served from memory
  kBadCertificate,  // a certificate or its key that TLS cannot be served with
};

const std::error_category& net_category();

inline std::error_code make_error_code(NetError error) { return {static_cast<int>(error), net_category()}; }

}  // namespace sdr::net

template <>
struct std::is_error_code_enum<sdr::net::NetError> : std::true_type {};
