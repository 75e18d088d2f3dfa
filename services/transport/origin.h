// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_request.h"

// Which pages may connect. A browser sends the Origin of the page with every WebSocket handshake and lets the page read
// the stream, whoever served it; so it is the server that has to refuse strangers' pages.
//
// Thread: any; pure.

namespace sdr::transport {

class OriginPolicy {
 public:
  /// `loopback`: the server is bound to loopback, so a Host that is no loopback name is another site's name that was
  /// pointed here (DNS rebinding), unless it belongs to an allowed origin.
  OriginPolicy(std::vector<std::string> allowed, bool loopback) : allowed_(std::move(allowed)), loopback_(loopback) {}

  /// Whether the request comes from no browser, from our own page, or from an allowed origin.
  bool allows(const net::HttpRequest& request) const;
  /// Whether the Host header names this server.
  bool host_allowed(const net::HttpRequest& request) const;

 private:
  std::vector<std::string> allowed_;
  bool loopback_;
};

}  // namespace sdr::transport
