// SPDX-License-Identifier: Apache-2.0
#include "net/http_response.h"

namespace sdr::net {
namespace {

// The page loads nothing but its own files; workers come from blobs where a bundler makes them so; `wasm-unsafe-eval`
// lets WebAssembly compile and nothing else. Isolation (COOP, COEP) also buys the page finer clocks.
constexpr std::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Embedder-Policy: require-corp\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), microphone=(), geolocation=(), gamepad=(self), fullscreen=(self)\r\n";

}  // namespace

HttpResponse HttpResponse::text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::json(std::string body) {
  HttpResponse response = text(200, std::move(body));
  response.content_type = "application/json";
  response.add_header("Cache-Control", "no-store");
  return response;
}

HttpResponse HttpResponse::error(int status, std::string_view detail) {
  return text(status, std::string(detail.empty() ? reason_phrase(status) : detail) + "\n");
}

HttpResponse HttpResponse::method_not_allowed(std::string_view allowed) {
  HttpResponse response = error(405, "");
  response.add_header("Allow", allowed);
  return response;
}

HttpResponse& HttpResponse::add_header(std::string_view name, std::string_view value) {
  extra_headers.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string response_head(const HttpResponse& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_phrase(response.status)).append("\r\n");
  if (response.status != 304 && response.status != 204 && response.status >= 200) {
    head.append("Content-Type: ").append(response.content_type).append("\r\nContent-Length: ");
    head.append(std::to_string(response.content().size())).append("\r\n");
  }
  head.append(kSecurityHeaders).append(response.extra_headers);
  if (response.status >= 200) head.append(keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
  return head.append("\r\n");
}

}  // namespace sdr::net
