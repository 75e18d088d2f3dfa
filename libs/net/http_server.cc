// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <cerrno>
#include <vector>

#include "base/log.h"

namespace sdr::net {
namespace {

using namespace std::chrono_literals;

// A crowd that arrives does not hold up the ones who are here.
constexpr int kAcceptsPerTurn = 64, kHandshakesPerTurn = 4;

}  // namespace

HttpServer::HttpServer(EventLoop& loop, HttpServerOptions options, HttpHandler handler)
    : loop_(loop), options_(std::move(options)) {
  if (options_.requests_allowed) requests_allowed_.emplace(*options_.requests_allowed);
  handler_ = [this, answer = std::move(handler)](const HttpRequest& request, const Address& peer) {
    return handle(answer, request, peer);
  };
  sweep_ = loop_.every(500ms, [this] { close_expired(); });
}

HttpServer::~HttpServer() {
  stop_accepting();
  loop_.cancel(sweep_);
  while (!connections_.empty()) close(connections_.begin()->first);
}

HttpReply HttpServer::handle(const HttpHandler& handler, const HttpRequest& request, const Address& peer) {
  ++requests_;
  if (!requests_allowed_ || is_free(peer) || requests_allowed_->allow(peer, loop_.now())) {
    return handler(request, peer);
  }
  note(HttpRefusal::kTooManyRequests);
  HttpResponse response = HttpResponse::error(429, "too many requests from your address");
  response.add_header("Retry-After", "1");
  return response;
}

Status HttpServer::listen(const Address& address) {
  Result<FileDescriptor> socket = listen_tcp(address);
  if (!socket) return socket.error();
  Result<Address> bound = local_address(socket->get());
  if (!bound) return bound.error();
  listener_ = std::move(*socket);
  address_ = *bound;
  accepting_ = true;
  loop_.watch(listener_.get(), EPOLLIN, [this](uint32_t) { accept_waiting(); });
  return Status();
}

void HttpServer::stop_accepting() {
  loop_.cancel(resume_);
  if (accepting_) loop_.unwatch(listener_.get());
  accepting_ = false;
  listener_.reset();
}

void HttpServer::accept_waiting() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Address peer;
    Result<FileDescriptor> socket = accept_tcp(listener_.get(), &peer);
    if (socket) {
      adopt(std::move(*socket), peer);
      continue;
    }
    const int why = socket.error().code().value();
    if (why == EMFILE || why == ENFILE || why == ENOMEM || why == ENOBUFS) pause_accepting();
    if (why != ECONNABORTED && why != EINTR) return;
  }
}

// Without descriptors the waiting connection would keep the loop awake for nothing.
void HttpServer::pause_accepting() {
  log_warning("cannot accept connections for a second: out of descriptors or memory",
              {{"connections", connections_.size()}});
  loop_.unwatch(listener_.get());
  accepting_ = false;
  resume_ = loop_.after(1s, [this] {
    accepting_ = true;
    loop_.watch(listener_.get(), EPOLLIN, [this](uint32_t) { accept_waiting(); });
  });
}

void HttpServer::adopt(FileDescriptor socket, const Address& peer) {
  if (!has_share(peer)) return turn_away(std::move(socket), HttpRefusal::kAddressFull);
  if (connections_.size() >= options_.connections_max && !make_room()) {
    return turn_away(std::move(socket), HttpRefusal::kFull);
  }
  if (!set_no_delay(socket.get())) return;  // it is gone already
  const int fd = socket.get();
  std::unique_ptr<TlsSession> tls = options_.tls ? options_.tls->accept(fd) : nullptr;
  connections_[fd] = std::make_unique<HttpConnection>(Stream(std::move(socket), std::move(tls)), peer, options_.limits,
                                                      options_.timeouts, loop_.now());
  per_address_.add(peer);
  loop_.watch(fd, EPOLLIN, [this, fd](uint32_t events) { on_ready(fd, events); });
}

bool HttpServer::has_share(const Address& peer) const {
  return options_.connections_per_address_max == 0 || is_free(peer) ||
         per_address_.count(peer) < options_.connections_per_address_max;
}

bool HttpServer::make_room() {
  int fd = -1;
  Time since = Time::max();
  for (const auto& [candidate, connection] : connections_) {
    if (connection->writing() || connection->waiting_since() >= since) continue;
    since = connection->waiting_since();
    fd = candidate;
  }
  if (fd < 0) return false;
  note(HttpRefusal::kMadeRoom);
  close(fd);
  return true;
}

// The kernel's buffer is empty and takes this at once; who has already sent a request may see a reset in its place.
void HttpServer::turn_away(FileDescriptor socket, HttpRefusal why) {
  note(why);
  if (options_.tls) return;  // words in clear would only look like a broken handshake
  const bool full = why == HttpRefusal::kFull;
  HttpResponse response =
      HttpResponse::error(full ? 503 : 429, full ? "too many connections" : "too many connections from your address");
  const std::string bytes = response_head(response, false) + response.body;
  (void)send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  shutdown(socket.get(), SHUT_WR);
}

void HttpServer::note(HttpRefusal why) {
  if (on_refusal_) on_refusal_(why);
}

void HttpServer::on_ready(int fd, uint32_t epoll_events) {
  HttpConnection& connection = *connections_.at(fd);
  if (handshake_has_to_wait(connection)) return;  // epoll names it again
  const uint32_t before = connection.interest();
  switch (connection.on_ready(epoll_events, handler_, loop_.now())) {
    case HttpConnection::After::kClose:
      close(fd);
      return;
    case HttpConnection::After::kUpgrade: {
      loop_.unwatch(fd);
      const auto node = connections_.extract(fd);
      per_address_.remove(node.mapped()->peer());
      node.mapped()->take_over();
      return;
    }
    case HttpConnection::After::kKeep:
      break;
  }
  if (connection.interest() != before) loop_.modify(fd, connection.interest());
}

bool HttpServer::handshake_has_to_wait(const HttpConnection& connection) {
  if (!connection.handshaking()) return false;
  if (handshake_turn_ != loop_.now()) {
    handshake_turn_ = loop_.now();
    handshakes_this_turn_ = 0;
  }
  return ++handshakes_this_turn_ > kHandshakesPerTurn;
}

void HttpServer::close(int fd) {
  loop_.unwatch(fd);
  const auto found = connections_.find(fd);
  per_address_.remove(found->second->peer());
  connections_.erase(found);
}

void HttpServer::close_expired() {
  std::vector<int> expired;
  for (const auto& [fd, connection] : connections_) {
    if (connection->expired(loop_.now())) expired.push_back(fd);
  }
  for (const int fd : expired) {
    // Keep-alive and lingering connections simply come to their end.
    if (!connections_.at(fd)->idle() && !connections_.at(fd)->lingering()) note(HttpRefusal::kTookTooLong);
    close(fd);
  }
}

}  // namespace sdr::net
