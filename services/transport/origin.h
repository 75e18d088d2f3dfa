// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http_request.h"

// Which pages may connect. A browser sends the Origin of the page with every WebSocket handshake and every request that
// changes something, and lets the page read the stream, whoever served it; so it is the server that has to refuse
// strangers' pages.
//
// Where no token is asked for, the name by which the server was called matters too: a stranger's page can have its own
// name point here (DNS rebinding), and is then of "the same origin". An address cannot be made to point elsewhere, so
// addresses are taken, and names only where they are known. With tokens such a page has nothing to show.
//
// Thread: any; pure.

namespace sdr::transport {

class OriginPolicy {
 public:
  enum class Names {
    kAny,       // tokens are asked for
    kLoopback,  // bound to loopback: what names it, and the allowed origins
    kKnown,     // bound wider without tokens: any address, this machine's name, and the allowed origins
  };

  /// `machine`: the machine's own name, as gethostname() gives it.
  OriginPolicy(std::vector<std::string> allowed, Names names, std::string machine = {})
      : allowed_(std::move(allowed)), names_(names), machine_(std::move(machine)) {}

  /// Whether the request comes from no browser, from our own page, or from an allowed origin.
  bool allows(const net::HttpRequest& request) const;
  /// Whether the Host header names this server.
  bool host_allowed(const net::HttpRequest& request) const;

 private:
  bool is_known_name(std::string_view name) const;

  std::vector<std::string> allowed_;
  Names names_;
  std::string machine_;
};

}  // namespace sdr::transport
