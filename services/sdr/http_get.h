// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/event_loop.h"
#include "base/result.h"

// Asks services on this machine how they are: `GET path`, on the event loop, without ever blocking it.
//
// Thread: the loop's. Bounds: 64 KiB of answer, two seconds, and as many requests as are asked for at once (one per
// service here). Errors: not reachable, too slow, or an answer that is not HTTP: all the same to those who ask.

namespace sdr::command {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

class HttpGetter {
 public:
  using Done = std::function<void(Result<HttpAnswer>)>;

  explicit HttpGetter(EventLoop& loop);
  ~HttpGetter();
  HttpGetter(const HttpGetter&) = delete;
  HttpGetter& operator=(const HttpGetter&) = delete;

  /// `address` as "127.0.0.1:8080". Done is called once, later, from the loop, unless this object is destroyed before.
  void get(const std::string& address, const std::string& path, Done done);

 private:
  struct Request;

  void on_ready(int fd);
  void finish(int fd, Result<HttpAnswer> answer);

  EventLoop& loop_;
  std::unordered_map<int, std::unique_ptr<Request>> requests_;
};

/// Status and body of a whole response (RFC 9112) that ended with the connection. Errors: EPROTO.
Result<HttpAnswer> parse_http_answer(std::string_view response);

}  // namespace sdr::command
