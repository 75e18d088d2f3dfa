// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "net/http_request.h"

namespace sdr::transport {

/// What the Authorization header of a request holds (RFC 6750 2.1, RFC 9110 11.6.2): nothing where there is none, or of
/// another scheme, as a proxy's may be; empty where it is Bearer but holds no token, or stands there twice.
/// Thread: any; pure. The view lives as long as the request's bytes.
std::optional<std::string_view> bearer_token(const net::HttpRequest& request);

}  // namespace sdr::transport
