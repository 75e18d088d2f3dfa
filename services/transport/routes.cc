// SPDX-License-Identifier: Apache-2.0
#include "transport/routes.h"

#include "base/log.h"
#include "transport/bearer.h"

namespace sdr::transport {
namespace {

using net::HttpMethod;
using net::HttpRequest;
using net::HttpResponse;

bool is_read(const HttpRequest& request) {
  return request.method == HttpMethod::kGet || request.method == HttpMethod::kHead;
}

constexpr std::string_view kNoPage =
    "<!doctype html><title>SDR_OS</title><body style=\"font:16px system-ui;margin:4em;max-width:40em\">"
    "<h1>The web app is not built</h1><p>This server runs, but the folder it serves holds no page. "
    "<code>./sdr up</code> builds it.</p>";

Counter& refusals(Registry& registry, const char* why) {
  return registry.counter("access_refused_total", "Times that somebody was not let in", {{"why", why}});
}

/// The status alone: how many watch, and what, is for those who may know.
HttpResponse brief_health(const net::HealthReport& report) {
  HttpResponse response = HttpResponse::json("{\"status\":\"" + report.word + "\"}\n");
  response.status = report.status;
  return response;
}

}  // namespace

Routes::Routes(Parts parts, OriginPolicy origins, std::string web_root)
    : parts_(std::move(parts)),
      origins_(std::move(origins)),
      files_(std::move(web_root)),
      strange_hosts_(refusals(parts_.registry, "host")),
      strange_origins_(refusals(parts_.registry, "origin")),
      full_(refusals(parts_.registry, "full")),
      full_for_address_(refusals(parts_.registry, "address_full")) {}

net::HttpReply Routes::answer(const HttpRequest& request, const net::Address& peer) {
  if (!origins_.host_allowed(request)) {
    strange_hosts_.add();
    return refuse_origin(request, 403, "this server has another name");
  }
  // What changes something is asked by our own page only; reading another origin's answers the browser forbids itself.
  if (!is_read(request) && !origins_.allows(request)) {
    strange_origins_.add();
    return refuse_origin(request, 403, "pages of that origin may not do this");
  }
  if (request.path == "/stream/ws") return open_stream(request, peer);
  if (request.path == Whep::kPath || request.path.substr(0, 13) == "/stream/whep/") return whep(request, peer);
  if (request.path == "/health" || request.path == "/metrics" || request.path == "/api/status") {
    if (!is_read(request)) return HttpResponse::method_not_allowed("GET, HEAD");
    return tell(request, peer);
  }
  return page(request);
}

net::HttpReply Routes::whep(const HttpRequest& request, const net::Address& peer) {
  Door::Verdict verdict = parts_.door.let_in(bearer_token(request), peer, parts_.loop.now());
  if (verdict.answer != Door::Answer::kWelcome) return refuse(request, verdict.answer);
  return parts_.whep.answer(request, peer, std::move(verdict.identity));
}

net::HttpReply Routes::tell(const HttpRequest& request, const net::Address& peer) {
  const std::optional<std::string_view> token = bearer_token(request);
  // Those who watch over the service ask often and need no token: they learn that it lives, and are not counted.
  if (request.path == "/health" && parts_.door.token_needed() && !token) return brief_health(parts_.health());
  const Door::Verdict verdict = parts_.door.let_in(token, peer, parts_.loop.now());
  if (verdict.answer != Door::Answer::kWelcome) return refuse(request, verdict.answer);
  if (request.path == "/health") return net::health_response(parts_.health());
  if (request.path == "/api/status") return HttpResponse::json(parts_.status(verdict.identity) + "\n");
  parts_.refresh_metrics();
  return net::metrics_response(parts_.registry);
}

// RFC 6750 3: what a client should do about it stands in WWW-Authenticate.
HttpResponse Routes::refuse(const HttpRequest& request, Door::Answer answer) {
  if (answer == Door::Answer::kTooManyWrong) {
    HttpResponse response = HttpResponse::error(429, "too many wrong tokens from your address");
    response.add_header("Retry-After", "6");
    return response;
  }
  const bool wrong = answer == Door::Answer::kWrongToken;
  HttpResponse response = request.path == "/api/status"
                              ? HttpResponse::json("{\"access\":{\"token_needed\":true}}\n")
                              : HttpResponse::error(401, wrong ? "this token is not known" : "a token is needed");
  response.status = 401;
  response.add_header("WWW-Authenticate",
                      wrong ? "Bearer realm=\"sdr\", error=\"invalid_token\"" : "Bearer realm=\"sdr\"");
  return response;
}

HttpResponse Routes::refuse_origin(const HttpRequest& request, int status, std::string_view why) {
  if (refusals_logged_.allow(parts_.loop.now())) {
    log_warning("refused: " + std::string(why) + "; `origins` names further ones",
                {{"host", request.header("Host").value_or("")}, {"origin", request.header("Origin").value_or("")}});
  }
  return HttpResponse::error(status, why);
}

net::HttpReply Routes::page(const HttpRequest& request) {
  if (request.path == "/" && is_read(request) && !files_.has_index()) {
    HttpResponse response = HttpResponse::text(503, std::string(kNoPage));
    response.content_type = "text/html; charset=utf-8";
    response.add_header("Cache-Control", "no-store");
    return response;
  }
  return files_.serve(request);
}

net::HttpReply Routes::open_stream(const HttpRequest& request, const net::Address& peer) {
  const net::WsHandshake handshake = net::check_ws_handshake(request);
  if (!handshake.ok) {
    HttpResponse response = HttpResponse::error(handshake.status, handshake.why);
    if (handshake.status == 426) response.add_header("Upgrade", "websocket").add_header("Sec-WebSocket-Version", "13");
    return response;
  }
  if (!origins_.allows(request)) {
    strange_origins_.add();
    return refuse_origin(request, 403, "pages of that origin may not connect");
  }
  if (parts_.hub.full_for(peer)) {
    full_for_address_.add();
    return HttpResponse::error(429, "too many clients from your address");
  }
  if (parts_.hub.full()) {
    full_.add();
    return HttpResponse::error(503, "too many clients");
  }
  const std::string_view name = request.query_value("camera").value_or("");
  if (!name.empty() && !is_camera_name(name)) return HttpResponse::error(400, "a camera's name is [a-z0-9_-]{1,32}");
  const std::optional<std::string_view> token = bearer_token(request);
  // Without one it is let into the hall, where it has to show one. No ring is opened for it before.
  if (!token && parts_.door.token_needed()) return upgrade(handshake, std::string(name), std::nullopt);
  Door::Verdict verdict = parts_.door.let_in(token, peer, parts_.loop.now());
  if (verdict.answer != Door::Answer::kWelcome) return refuse(request, verdict.answer);
  if (parts_.cameras.find_or_open(name) == nullptr) return HttpResponse::error(404, "no such camera");
  return upgrade(handshake, std::string(name), std::move(verdict.identity));
}

net::HttpReply Routes::upgrade(const net::WsHandshake& handshake, std::string camera,
                               std::optional<Identity> identity) {
  Hub::Visit visit = {net::ws_handshake_answer(handshake), std::move(camera), std::move(identity)};
  return net::HttpUpgrade(
      [this, visit = std::move(visit)](net::Stream stream, const net::Address& peer, std::string_view early) mutable {
        parts_.hub.adopt(std::move(stream), peer, std::move(visit), early);
      });
}

}  // namespace sdr::transport
