// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "base/result.h"
#include "net/http_server.h"

// The port of its own on which every service answers `GET /health` (what it does, and what it waits for) and
// `GET /metrics` (Prometheus). A service makes one on its loop, so that a loop that is stuck is seen as such.
//
// Thread: the loop's; the report is made there, per request. Bounds: 64 connections.

namespace sdr::net {

struct HealthReport {
  int status = 200;       // 200 also while waiting for others: a restart of this process would mend nothing
  std::string json;       // one object, with at least "status"
  std::string word = {};  // the value of "status", for those who may know no more
};

class HealthServer {
 public:
  HealthServer(EventLoop& loop, const Registry& registry, std::function<HealthReport()> report);

  /// `address` as in "127.0.0.1:9101". Errors: not an address, or it is taken.
  Status listen(std::string_view address);
  const Address& address() const { return server_.address(); }

 private:
  HttpReply answer(const HttpRequest& request);

  const Registry& registry_;
  std::function<HealthReport()> report_;
  HttpServer server_;
};

/// The answers themselves, for a server that offers them beside other routes.
HttpResponse health_response(const HealthReport& report);
HttpResponse metrics_response(const Registry& registry);

}  // namespace sdr::net
