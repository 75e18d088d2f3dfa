// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/event_loop.h"
#include "base/result.h"
#include "net/address_limits.h"
#include "net/http_connection.h"

// An HTTP/1.1 server on a service's event loop: accepts, reads bounded requests, calls one handler, writes its answer,
// or hands the socket over to another protocol (WebSocket).
//
// Thread: the loop's; the handler runs there and must not block. Bounds: connections, the size of a request, and the
// time for each step, so that clients that are slow on purpose cost a few kilobytes for a few seconds. At the limit
// the connection that has kept us waiting for a request the longest is let go for the new one, so that a crowd of slow
// ones keeps nobody out; where all are being answered the new one gets 503. One address beyond its share gets 429,
// loopback excepted: there stands a proxy, or whoever owns the machine. A TLS handshake costs up to a millisecond, so a
// turn of the loop does a few of them and leaves the others to the next; who is turned away is closed without words.

namespace sdr::net {

struct HttpServerOptions {
  HttpLimits limits;
  HttpTimeouts timeouts;
  size_t connections_max = 2048;
  size_t connections_per_address_max = 0;                    // 0: no limit
  std::optional<AddressRates::Limit> requests_allowed = {};  // per address
  bool loopback_is_free = true;                              // of what counts per address
  std::shared_ptr<TlsContext> tls = nullptr;                 // where set, every connection speaks TLS
};

/// Why a connection or request was turned away, for whoever counts.
enum class HttpRefusal { kFull, kAddressFull, kTooManyRequests, kMadeRoom, kTookTooLong };

class HttpServer {
 public:
  HttpServer(EventLoop& loop, HttpServerOptions options, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Begins to accept. Errors: the address is taken or not ours.
  Status listen(const Address& address);
  /// Takes no further connection; those that are there end on their own.
  void stop_accepting();

  /// Where it listens, with the port that the kernel chose for port 0.
  const Address& address() const { return address_; }
  size_t connection_count() const { return connections_.size(); }
  /// Called for each of them.
  void on_refusal(std::function<void(HttpRefusal)> hook) { on_refusal_ = std::move(hook); }
  /// Requests answered, by this server, ever.
  uint64_t request_count() const { return requests_; }

 private:
  void accept_waiting();
  void pause_accepting();
  void adopt(FileDescriptor socket, const Address& peer);
  HttpReply handle(const HttpHandler& handler, const HttpRequest& request, const Address& peer);
  bool make_room();
  bool is_free(const Address& peer) const { return options_.loopback_is_free && peer.is_loopback(); }
  bool has_share(const Address& peer) const;
  bool handshake_has_to_wait(const HttpConnection& connection);
  void turn_away(FileDescriptor socket, HttpRefusal why);
  void note(HttpRefusal why);
  void on_ready(int fd, uint32_t epoll_events);
  void close(int fd);
  void close_expired();

  EventLoop& loop_;
  const HttpServerOptions options_;
  HttpHandler handler_;
  FileDescriptor listener_;
  bool accepting_ = false;
  Address address_;
  std::unordered_map<int, std::unique_ptr<HttpConnection>> connections_;
  AddressCounts per_address_;
  std::optional<AddressRates> requests_allowed_;
  std::function<void(HttpRefusal)> on_refusal_;
  uint64_t requests_ = 0;
  Time handshake_turn_{};
  int handshakes_this_turn_ = 0;
  EventLoop::TimerId sweep_ = EventLoop::TimerId::none;
  EventLoop::TimerId resume_ = EventLoop::TimerId::none;
};

}  // namespace sdr::net
