// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/log.h"

namespace sdr::net {
namespace {

using namespace std::chrono_literals;

constexpr int kAcceptsPerTurn = 64;  // a crowd that arrives does not hold up the ones who are here

}  // namespace

HttpServer::HttpServer(EventLoop& loop, HttpServerOptions options, HttpHandler handler)
    : loop_(loop), options_(options) {
  handler_ = [this, handle = std::move(handler)](const HttpRequest& request, const Address& peer) {
    ++requests_;
    return handle(request, peer);
  };
  sweep_ = loop_.every(500ms, [this] { close_expired(); });
}

HttpServer::~HttpServer() {
  stop_accepting();
  loop_.cancel(sweep_);
  while (!connections_.empty()) close(connections_.begin()->first);
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
  if (connections_.size() >= options_.connections_max && !make_room()) return;  // closed unanswered
  if (!set_no_delay(socket.get())) return;                                      // it is gone already
  const int fd = socket.get();
  connections_[fd] =
      std::make_unique<HttpConnection>(std::move(socket), peer, options_.limits, options_.timeouts, loop_.now());
  loop_.watch(fd, EPOLLIN, [this, fd](uint32_t events) { on_ready(fd, events); });
}

bool HttpServer::make_room() {
  const auto idle =
      std::find_if(connections_.begin(), connections_.end(), [](const auto& entry) { return entry.second->idle(); });
  if (idle == connections_.end()) return false;
  close(idle->first);
  return true;
}

void HttpServer::on_ready(int fd, uint32_t epoll_events) {
  HttpConnection& connection = *connections_.at(fd);
  const uint32_t before = connection.interest();
  switch (connection.on_ready(epoll_events, handler_, loop_.now())) {
    case HttpConnection::After::kClose:
      close(fd);
      return;
    case HttpConnection::After::kUpgrade: {
      loop_.unwatch(fd);
      const auto node = connections_.extract(fd);
      node.mapped()->take_over();
      return;
    }
    case HttpConnection::After::kKeep:
      break;
  }
  if (connection.interest() != before) loop_.modify(fd, connection.interest());
}

void HttpServer::close(int fd) {
  loop_.unwatch(fd);
  connections_.erase(fd);
}

void HttpServer::close_expired() {
  std::vector<int> expired;
  for (const auto& [fd, connection] : connections_) {
    if (connection->expired(loop_.now())) expired.push_back(fd);
  }
  for (const int fd : expired) close(fd);
}

}  // namespace sdr::net
