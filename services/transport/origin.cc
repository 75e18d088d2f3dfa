// SPDX-License-Identifier: Apache-2.0
#include "transport/origin.h"

#include <algorithm>

namespace sdr::transport {
namespace {

/// "robots.example:8080" of "https://robots.example:8080".
std::string_view authority(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

std::string_view host_name(std::string_view host) {
  if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_loopback_name(std::string_view host) {
  const std::string_view name = host_name(host);
  return net::equals_ignoring_case(name, "localhost") || name == "[::1]" || name.substr(0, 4) == "127.";
}

}  // namespace

bool OriginPolicy::host_allowed(const net::HttpRequest& request) const {
  const std::string_view host = request.header("Host").value_or("");
  if (!loopback_ || host.empty() || is_loopback_name(host)) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [host](const std::string& origin) { return net::equals_ignoring_case(authority(origin), host); });
}

bool OriginPolicy::allows(const net::HttpRequest& request) const {
  if (!host_allowed(request)) return false;
  const auto origin = request.header("Origin");
  if (!origin) return true;
  const std::string_view host = request.header("Host").value_or("");
  if (!host.empty() && net::equals_ignoring_case(authority(*origin), host)) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& allowed) { return net::equals_ignoring_case(allowed, *origin); });
}

}  // namespace sdr::transport
