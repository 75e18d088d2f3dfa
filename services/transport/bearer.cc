// SPDX-License-Identifier: Apache-2.0
#include "transport/bearer.h"

#include "transport/token.h"

namespace sdr::transport {

std::optional<std::string_view> bearer_token(const net::HttpRequest& request) {
  std::optional<std::string_view> found;
  for (size_t i = 0; i < request.header_count; ++i) {
    const auto& [name, value] = request.headers[i];
    if (!net::equals_ignoring_case(name, "Authorization")) continue;
    const size_t space = value.find(' ');
    if (!net::equals_ignoring_case(value.substr(0, space), "Bearer")) continue;
    if (found) return std::string_view();
    const size_t start = space == std::string_view::npos ? value.size() : value.find_first_not_of(' ', space);
    const std::string_view token = start >= value.size() ? std::string_view() : value.substr(start);
    found = is_token(token) ? token : std::string_view();
  }
  return found;
}

}  // namespace sdr::transport
