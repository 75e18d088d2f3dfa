// SPDX-License-Identifier: Apache-2.0
#include "net/health_server.h"

namespace sdr::net {

HttpResponse health_response(const HealthReport& report) {
  HttpResponse response = HttpResponse::json(report.json + "\n");
  response.status = report.status;
  return response;
}

HttpResponse metrics_response(const Registry& registry) {
  HttpResponse response = HttpResponse::text(200, registry.render());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

HealthServer::HealthServer(EventLoop& loop, const Registry& registry, std::function<HealthReport()> report)
    : registry_(registry),
      report_(std::move(report)),
      server_(loop, {.limits = {}, .timeouts = {}, .connections_max = 64},
              [this](const HttpRequest& request, const Address&) { return answer(request); }) {}

Status HealthServer::listen(std::string_view address) {
  const Result<Address> parsed = Address::parse(address);
  if (!parsed) return parsed.error();
  return server_.listen(parsed.value());
}

HttpReply HealthServer::answer(const HttpRequest& request) {
  if (request.path != "/health" && request.path != "/metrics") return HttpResponse::error(404, "");
  if (request.method != HttpMethod::kGet && request.method != HttpMethod::kHead) {
    return HttpResponse::method_not_allowed("GET, HEAD");
  }
  return request.path == "/health" ? health_response(report_()) : metrics_response(registry_);
}

}  // namespace sdr::net
