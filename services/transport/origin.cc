// SPDX-License-Identifier: Apache-2.0
#include "transport/origin.h"

#include <algorithm>
#include <optional>

#include "net/socket.h"

namespace sdr::transport {
namespace {

using net::equals_ignoring_case;

/// "robots.example:8080" of "https://robots.example:8080".
std::string_view authority(std::string_view origin) {
  const size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

/// The host without its port; an address of version 6 keeps its brackets.
std::string_view host_name(std::string_view host) {
  if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

/// The address that a host is, where it is one and no name. "127.0.0.1.example" is a name.
std::optional<net::Address> as_address(std::string_view name) {
  if (name.empty() || name == "*" || equals_ignoring_case(name, "localhost")) return std::nullopt;
  const Result<net::Address> address = net::Address::parse(std::string(name) + ":0");
  return address ? std::optional(address.value()) : std::nullopt;
}

}  // namespace

bool OriginPolicy::is_known_name(std::string_view name) const {
  if (equals_ignoring_case(name, "localhost")) return true;
  if (const std::optional<net::Address> address = as_address(name)) {
    return names_ == Names::kKnown || address->is_loopback();
  }
  if (names_ != Names::kKnown || machine_.empty()) return false;
  return equals_ignoring_case(name, machine_) || equals_ignoring_case(name, machine_ + ".local");
}

bool OriginPolicy::host_allowed(const net::HttpRequest& request) const {
  const std::string_view host = request.header("Host").value_or("");
  if (names_ == Names::kAny || host.empty() || is_known_name(host_name(host))) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [host](const std::string& origin) { return equals_ignoring_case(authority(origin), host); });
}

bool OriginPolicy::allows(const net::HttpRequest& request) const {
  if (!host_allowed(request)) return false;
  const auto origin = request.header("Origin");
  if (!origin) return true;
  const std::string_view host = request.header("Host").value_or("");
  if (!host.empty() && equals_ignoring_case(authority(*origin), host)) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& allowed) { return equals_ignoring_case(allowed, *origin); });
}

}  // namespace sdr::transport
