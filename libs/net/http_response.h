// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/http_request.h"

// An answer, and its bytes. Every answer carries the headers that keep a page of ours from being framed, sniffed or
// made to run what is not ours.
//
// Thread: any, values. A body is either owned text or shared, unchanging bytes (a static file that many ask for).

namespace sdr::net {

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // in place of `body`, where set
  std::string extra_headers;                       // whole lines, each with its CR LF

  static HttpResponse text(int status, std::string body);
  static HttpResponse json(std::string body);
  /// A line of text that says what was wrong.
  static HttpResponse error(int status, std::string_view detail);
  /// 405, with the methods that are allowed, as in "GET, HEAD".
  static HttpResponse method_not_allowed(std::string_view allowed);

  HttpResponse& add_header(std::string_view name, std::string_view value);
  std::string_view content() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

/// "Not Found" for 404; "Unknown" for what is never sent from here.
std::string_view reason_phrase(int status);

/// The status line and the headers, up to and with the empty line.
std::string response_head(const HttpResponse& response, bool keep_alive);

}  // namespace sdr::net
