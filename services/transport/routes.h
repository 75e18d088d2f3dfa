// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/metrics.h"
#include "net/health_server.h"
#include "net/http_server.h"
#include "net/static_files.h"
#include "transport/cameras.h"
#include "transport/door.h"
#include "transport/hub.h"
#include "transport/origin.h"
#include "transport/rate.h"
#include "transport/rtc/whep.h"

// What is behind each path of stream.md's HTTP table.
//
// Thread: the loop's. Owns: the page's files. The rest is the service's.

namespace sdr::transport {

class Routes {
 public:
  struct Parts {
    EventLoop& loop;
    Whep& whep;
    Door& door;
    Hub& hub;
    Cameras& cameras;
    Registry& registry;
    std::function<net::HealthReport()> health;
    std::function<void()> refresh_metrics;
    std::function<std::string(const Identity& asker)> status;  // the JSON of /api/status
  };

  Routes(Parts parts, OriginPolicy origins, std::string web_root);

  net::HttpReply answer(const net::HttpRequest& request, const net::Address& peer);

 private:
  net::HttpReply open_stream(const net::HttpRequest& request, const net::Address& peer);
  net::HttpReply upgrade(const net::WsHandshake& handshake, std::string camera, std::optional<Identity> identity);
  net::HttpReply whep(const net::HttpRequest& request, const net::Address& peer);
  net::HttpReply tell(const net::HttpRequest& request, const net::Address& peer);
  net::HttpResponse refuse(const net::HttpRequest& request, Door::Answer answer);
  net::HttpResponse refuse_origin(const net::HttpRequest& request, int status, std::string_view why);
  net::HttpReply page(const net::HttpRequest& request);

  Parts parts_;
  OriginPolicy origins_;
  net::StaticFiles files_;
  RateLimit refusals_logged_{1};
  Counter& strange_hosts_;
  Counter& strange_origins_;
  Counter& full_;
  Counter& full_for_address_;
};

}  // namespace sdr::transport
