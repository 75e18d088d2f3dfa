// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sdr::bench {

struct HttpAnswer {
  int status = 0;  ///< 0: nothing came
  std::string head, body;

  /// Empty where it is not there.
  std::string header(std::string_view name) const;
};

/// No read of this socket waits longer than five seconds.
void limit_patience(int fd);

/// Asks the server on loopback, on a connection of its own, and waits five seconds at most.
HttpAnswer ask_http(uint16_t port, std::string_view method, const std::string& path, const std::string& sdp = "");

}  // namespace sdr::bench
