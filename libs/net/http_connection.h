// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/http_request.h"
#include "net/http_response.h"
#include "net/socket.h"
#include "net/stream.h"

// One client's HTTP/1.1 connection: reads a request, answers it, reads the next one. Pipelined requests are answered in
// order, one at a time. Belongs to HttpServer, which watches the socket and asks about deadlines.
//
// Thread: the loop's. Bounds: what is kept of a client is at most one request (HttpLimits) and one answer.

namespace sdr::net {

/// Takes a connection over after a handshake: its bytes, who is there, and what came behind the request.
using HttpUpgrade = std::function<void(Stream stream, const Address& peer, std::string_view early_bytes)>;

struct HttpReply {
  HttpReply(HttpResponse answer) : response(std::move(answer)) {}
  HttpReply(HttpUpgrade take_over) : upgrade(std::move(take_over)) {}

  HttpResponse response;
  HttpUpgrade upgrade;  // where set, it answers in place of `response`
};

using HttpHandler = std::function<HttpReply(const HttpRequest& request, const Address& peer)>;

struct HttpTimeouts {
  Duration request =
      std::chrono::seconds(10);              // from its first byte (or the connection's start) to its last; of TLS too
  Duration idle = std::chrono::seconds(60);  // between requests
  Duration answer = std::chrono::seconds(10);  // for a client to take its answer, and a second for each
  size_t slowest_bytes_per_s = 32 * 1024;      // so many bytes of it
  Duration linger = std::chrono::seconds(1);   // reading on after an error, so that the client sees why
};

class HttpConnection {
 public:
  enum class After { kKeep, kClose, kUpgrade };

  HttpConnection(Stream stream, Address peer, HttpLimits limits, const HttpTimeouts& timeouts, Time now);

  /// Does what the socket is ready for. kUpgrade: the request asked for another protocol; take_over() is next.
  After on_ready(uint32_t epoll_events, const HttpHandler& handler, Time now);
  /// Hands the stream over; the connection is spent.
  void take_over();
  /// What epoll should wait for now.
  uint32_t interest() const;
  bool expired(Time now) const { return now >= deadline_; }
  /// Nothing of a request has arrived: it may be closed without anybody missing an answer.
  bool idle() const { return state_ == State::kReading && in_.empty(); }
  /// An answer is under way.
  bool writing() const { return state_ == State::kWriting; }
  /// All is said, and what still comes is forgotten.
  bool lingering() const { return state_ == State::kLingering; }
  /// Since when something is awaited of the client: a request's start, or its end.
  Time waiting_since() const { return waiting_since_; }
  /// Its next step may be the one of TLS that costs a signature.
  bool handshaking() const { return stream_.handshaking(); }
  int fd() const { return stream_.fd(); }
  const Address& peer() const { return peer_; }

 private:
  enum class State { kReading, kWriting, kLingering };

  After read_some(Time now);
  After process(const HttpHandler& handler, Time now);
  After answer(HttpResponse response, bool keep_alive, bool head_only, Time now);
  After write_some(Time now);
  After finish_answer(Time now);

  Stream stream_;
  const Address peer_;
  const HttpTimeouts& timeouts_;
  HttpParser parser_;
  std::string in_;
  State state_ = State::kReading;
  Time deadline_;
  Time waiting_since_;
  bool answered_ = false;  // once at least: only then does a first byte begin a new span of time
  bool keep_alive_ = true;
  std::string head_;
  HttpResponse response_;
  size_t content_size_ = 0;
  size_t written_ = 0;
  HttpUpgrade upgrade_;
};

}  // namespace sdr::net
