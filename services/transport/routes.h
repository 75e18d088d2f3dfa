// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/metrics.h"
#include "net/health_server.h"
#include "net/http_server.h"
#include "net/static_files.h"
#include "transport/cameras.h"
#include "transport/hub.h"
#include "transport/origin.h"

// What is behind each path of stream.md's HTTP table.
//
// Thread: the loop's. Owns: the page's files. The rest is the service's.

namespace sdr::transport {

class Routes {
 public:
  struct Parts {
    Hub& hub;
    Cameras& cameras;
    const Registry& registry;
    std::function<net::HealthReport()> health;
    std::function<void()> refresh_metrics;
    std::function<std::string()> status;  // the JSON of /api/status
  };

  Routes(Parts parts, OriginPolicy origins, std::string web_root);

  net::HttpReply answer(const net::HttpRequest& request, const net::Address& peer);

 private:
  net::HttpReply open_stream(const net::HttpRequest& request);
  net::HttpReply page(const net::HttpRequest& request);

  Parts parts_;
  OriginPolicy origins_;
  net::StaticFiles files_;
};

}  // namespace sdr::transport
