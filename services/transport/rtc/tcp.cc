// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/tcp.h"

#include <cerrno>

#include "transport/rtc/addresses.h"

namespace sdr::transport {
namespace {

constexpr size_t kReadBytes = 32 * 1024;
constexpr int kNotSentBytes = 32 * 1024;  // of video that nobody can take back
constexpr int kDeadPeerMs = 20'000;

}  // namespace

struct RtcTcp::Connection {
  Connection(FileDescriptor connected, const net::Address& from, Time now)
      : socket(std::move(connected)), peer(from), address(to_rtc(from, rtc::Transport::kTcp)), came_at(now) {}

  FileDescriptor socket;
  const net::Address peer;
  const rtc::Address address;
  net::Address local;
  const Time came_at;
  rtc::TcpFrameReader reader;
  std::vector<uint8_t> backlog;
  size_t written = 0;  // of the backlog
  bool blocked = false, dirty = false, gone = false;
};

RtcTcp::RtcTcp(EventLoop& loop, Registry& registry, FileDescriptor listener, bool loopback_is_free, Hooks hooks)
    : loop_(loop),
      listener_(std::move(listener)),
      loopback_is_free_(loopback_is_free),
      hooks_(std::move(hooks)),
      gone_notifier_(loop, [this] { destroy_gone(); }),
      buffer_(kReadBytes),
      open_(registry.gauge("rtc_tcp_connections", "ICE-TCP connections")),
      accepted_(registry.counter("rtc_tcp_connections_total", "ICE-TCP connections ever taken")),
      refused_(
          registry.counter("rtc_tcp_refused_total", "ICE-TCP connections closed: too many, or they proved nothing")),
      lost_(registry.counter("rtc_tcp_lost_total", "Datagrams that ICE-TCP connections did not take in time")) {
  loop_.watch(listener_.get(), EPOLLIN, [this](uint32_t) { accept_waiting(); });
}

RtcTcp::~RtcTcp() {
  loop_.unwatch(listener_.get());
  for (const auto& [address, connection] : connections_) {
    if (!connection->gone) loop_.unwatch(connection->socket.get());
  }
}

void RtcTcp::accept_waiting() {
  for (int i = 0; i < 16; ++i) {  // the rest in the next turn
    net::Address peer;
    Result<FileDescriptor> socket = net::accept_tcp(listener_.get(), &peer);
    if (!socket) return;
    adopt(std::move(socket).value(), peer);
  }
}

void RtcTcp::adopt(FileDescriptor socket, const net::Address& peer) {
  const bool free = loopback_is_free_ && peer.is_loopback();
  if (connections_.size() >= kConnectionsMax || (!free && per_address_.count(peer) >= kConnectionsPerAddress)) {
    return refused_.add();
  }
  const int fd = socket.get();
  const bool ready = net::set_no_delay(fd).ok() && net::set_not_sent_low_water(fd, kNotSentBytes).ok() &&
                     net::set_dead_peer_timeout(fd, kDeadPeerMs).ok();
  if (!ready) return;  // it is gone already
  auto owned = std::make_unique<Connection>(std::move(socket), peer, loop_.now());
  Connection& connection = *owned;
  if (auto local = net::local_address(fd)) connection.local = local.value();
  if (!connections_.try_emplace(connection.address, std::move(owned)).second) return;
  per_address_.add(peer);
  accepted_.add();
  open_.set(static_cast<double>(connections_.size()));
  loop_.watch(fd, EPOLLIN, [this, &connection](uint32_t events) { on_ready(connection, events); });
}

void RtcTcp::on_ready(Connection& connection, uint32_t epoll_events) {
  if (connection.gone) return;
  if ((epoll_events & EPOLLOUT) != 0) write(connection);
  if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(connection);
}

void RtcTcp::read(Connection& connection) {
  const ssize_t got = recv(connection.socket.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(connection.address);
  connection.reader.feed({reinterpret_cast<const uint8_t*>(buffer_.data()), static_cast<size_t>(got)});
  while (const auto datagram = connection.reader.next()) {
    hooks_.on_datagram(*datagram, connection.address, connection.local);
    if (connection.gone) return;
  }
  if (connection.reader.broken()) close(connection.address);
}

void RtcTcp::send(const rtc::Address& to, std::span<const uint8_t> datagram) {
  const auto found = connections_.find(to);
  if (found == connections_.end() || found->second->gone) return lost_.add();
  Connection& connection = *found->second;
  const auto header = rtc::tcp_frame_header(datagram.size());
  if (connection.backlog.size() + header.size() + datagram.size() > kBacklogBytes) return lost_.add();
  connection.backlog.insert(connection.backlog.end(), header.begin(), header.end());
  connection.backlog.insert(connection.backlog.end(), datagram.begin(), datagram.end());
  if (!std::exchange(connection.dirty, true)) dirty_.push_back(&connection);
}

void RtcTcp::flush() {
  for (Connection* const connection : dirty_) {
    connection->dirty = false;
    if (!connection->gone && !connection->blocked) write(*connection);
  }
  dirty_.clear();
}

void RtcTcp::write(Connection& connection) {
  std::vector<uint8_t>& backlog = connection.backlog;
  while (connection.written < backlog.size()) {
    const ssize_t sent = ::send(connection.socket.get(), backlog.data() + connection.written,
                                backlog.size() - connection.written, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent <= 0) return close(connection.address);
    connection.written += static_cast<size_t>(sent);
  }
  const auto written = static_cast<std::ptrdiff_t>(std::exchange(connection.written, 0));
  backlog.erase(backlog.begin(), backlog.begin() + written);
  const bool blocked = !backlog.empty();
  if (blocked == std::exchange(connection.blocked, blocked)) return;
  loop_.modify(connection.socket.get(), blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void RtcTcp::close(const rtc::Address& address) {
  const auto found = connections_.find(address);
  if (found == connections_.end() || std::exchange(found->second->gone, true)) return;
  loop_.unwatch(found->second->socket.get());
  gone_.push_back(address);
  gone_notifier_.notify();
}

void RtcTcp::destroy_gone() {
  flush();  // nobody stays in the list of those to be written
  for (const rtc::Address& address : std::exchange(gone_, {})) {
    const auto found = connections_.find(address);
    if (found == connections_.end() || !found->second->gone) continue;
    per_address_.remove(found->second->peer);
    connections_.erase(found);
  }
  open_.set(static_cast<double>(connections_.size()));
}

void RtcTcp::sweep() {
  for (const auto& [address, connection] : connections_) {
    if (connection->gone || loop_.now() - connection->came_at < kProveMax || hooks_.is_known(address)) continue;
    refused_.add();
    close(address);
  }
}

}  // namespace sdr::transport
