// SPDX-License-Identifier: Apache-2.0
#include "transport/routes.h"

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

}  // namespace

Routes::Routes(Parts parts, OriginPolicy origins, std::string web_root)
    : parts_(std::move(parts)), origins_(std::move(origins)), files_(std::move(web_root)) {}

net::HttpReply Routes::answer(const HttpRequest& request, const net::Address&) {
  if (!origins_.host_allowed(request)) return HttpResponse::error(403, "this server has another name");
  if (request.path == "/stream/ws") return open_stream(request);
  if (request.path == "/stream/whep" || request.path.substr(0, 13) == "/stream/whep/") {
    return HttpResponse::error(501, "WebRTC is not spoken by this version; /stream/ws is");
  }
  if (request.path == "/health" || request.path == "/metrics" || request.path == "/api/status") {
    if (!is_read(request)) return HttpResponse::method_not_allowed("GET, HEAD");
    if (request.path == "/health") return net::health_response(parts_.health());
    if (request.path == "/api/status") return HttpResponse::json(parts_.status() + "\n");
    parts_.refresh_metrics();
    return net::metrics_response(parts_.registry);
  }
  return page(request);
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

net::HttpReply Routes::open_stream(const HttpRequest& request) {
  const net::WsHandshake handshake = net::check_ws_handshake(request);
  if (!handshake.ok) {
    HttpResponse response = HttpResponse::error(handshake.status, handshake.why);
    if (handshake.status == 426) response.add_header("Upgrade", "websocket").add_header("Sec-WebSocket-Version", "13");
    return response;
  }
  if (!origins_.allows(request)) return HttpResponse::error(403, "pages of that origin may not connect");
  if (parts_.hub.full()) return HttpResponse::error(503, "too many clients");
  const std::string_view name = request.query_value("camera").value_or("");
  if (!name.empty() && !is_camera_name(name)) return HttpResponse::error(400, "a camera's name is [a-z0-9_-]{1,32}");
  Camera* const camera = parts_.cameras.find_or_open(name);
  if (camera == nullptr) return HttpResponse::error(404, "no such camera");
  return net::HttpUpgrade([this, camera, answer = net::ws_handshake_answer(handshake)](
                              FileDescriptor socket, const net::Address& peer, std::string_view early) {
    parts_.hub.adopt(std::move(socket), peer, answer, *camera, early);
  });
}

}  // namespace sdr::transport
