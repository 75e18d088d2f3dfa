// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/relay.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace sdr::faults {
namespace {

constexpr size_t kReadBytes = 16 * 1024;

/// From one socket through a Link to the other.
struct Direction {
  Direction(int from_fd, int to_fd, uint64_t seed) : from(from_fd), to(to_fd), link(Link::Kind::stream, seed) {}

  void read(Time now) {
    char bytes[kReadBytes];
    while (!ended && link.room()) {
      const ssize_t got = recv(from, bytes, sizeof bytes, MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      ended = got <= 0;
      if (!ended) link.push({bytes, static_cast<size_t>(got)}, now);
    }
  }
  // The end travels behind what was sent before it.
  bool through() const { return ended && link.bytes() == 0 && unwritten.empty(); }
  bool write(Time now) {
    while (true) {
      if (unwritten.empty()) {
        auto next = link.pop(now);
        if (!next) return true;
        unwritten = std::move(*next);
      }
      const ssize_t put = send(to, unwritten.data(), unwritten.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put < 0) return errno == EAGAIN || errno == EINTR;
      unwritten.erase(0, static_cast<size_t>(put));
      if (!unwritten.empty()) return true;
    }
  }

  const int from, to;
  Link link;
  std::string unwritten;
  bool ended = false;  // nothing more comes from there
};

}  // namespace

struct Relay::Connection {
  Connection(FileDescriptor a, FileDescriptor b, uint64_t seed)
      : client(std::move(a)),
        server(std::move(b)),
        up(client.get(), server.get(), seed),
        down(server.get(), client.get(), seed + 1) {}

  uint32_t interest(const Direction& out, const Direction& in) const {
    return (out.link.room() ? static_cast<uint32_t>(EPOLLIN) : 0u) |
           (in.unwritten.empty() ? 0u : static_cast<uint32_t>(EPOLLOUT));
  }
  // A cut is silent: the end of one socket is not passed on either.
  void move(Time now, bool silent) {
    up.read(now);
    down.read(now);
    const bool broken = !up.write(now) || !down.write(now);
    dead = !silent && (broken || up.through() || down.through());
  }
  bool ended() const { return up.ended || down.ended; }

  FileDescriptor client, server;
  Direction up, down;
  bool watched = true;
  bool dead = false;
};

Relay::Relay(EventLoop& loop, const net::Address& server, uint64_t seed)
    : loop_(loop),
      server_(server),
      seed_(seed),
      listener_(std::move(net::listen_tcp(net::Address::parse("127.0.0.1:0").value())).value()),
      address_(net::local_address(listener_.get()).value()) {
  loop_.watch(listener_.get(), EPOLLIN, [this](uint32_t) { accept_waiting(); });
}

Relay::~Relay() {
  loop_.cancel(timer_);
  loop_.unwatch(listener_.get());
  for (auto& connection : connections_) connection->dead = true;
  bury();
}

template <typename Act>
void Relay::each_link(Act act, State state) {
  state_ = state;
  for (auto& connection : connections_) {
    act(connection->up.link);
    act(connection->down.link);
  }
}

void Relay::set_profile(const LinkProfile& profile) {
  profile_ = profile;
  each_link([&](Link& link) { link.set_profile(profile); }, state_);
}

void Relay::cut() {
  each_link([](Link& link) { link.cut(); }, State::cut);
}

void Relay::hold() {
  each_link([](Link& link) { link.hold(); }, State::held);
}

void Relay::release() {
  each_link([](Link& link) { link.release(); }, State::passing);
  pump();
}

void Relay::reset() {
  for (auto& connection : connections_) {
    const linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->client.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    setsockopt(connection->server.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    connection->dead = true;
  }
  bury();
}

void Relay::accept_waiting() {
  while (auto client = net::accept_tcp(listener_.get(), nullptr)) {
    auto server = net::connect_tcp(server_);
    if (!server) continue;  // the client's end closes with its descriptor
    ::fcntl(server->get(), F_SETFL, O_NONBLOCK);
    adopt(std::move(*client), std::move(*server));
  }
}

void Relay::adopt(FileDescriptor client, FileDescriptor server) {
  for (const int fd : {client.get(), server.get()})
    (void)net::set_no_delay(fd);  // a delay that the seed did not choose
  connections_.push_back(std::make_unique<Connection>(std::move(client), std::move(server), seed_ += 2));
  Connection& connection = *connections_.back();
  for (Direction* direction : {&connection.up, &connection.down}) {
    direction->link.set_profile(profile_);
    if (state_ == State::held) direction->link.hold();
    if (state_ == State::cut) direction->link.cut();
    loop_.watch(direction->from, EPOLLIN, [this](uint32_t) { pump(); });
  }
}

void Relay::pump() {
  const Time now = std::chrono::steady_clock::now();
  for (auto& connection : connections_) {
    Connection& c = *connection;
    c.move(now, state_ != State::passing);
    if (c.ended()) unwatch(c);  // epoll would tell of the end again and again; the timer does for the rest
    if (!c.watched) continue;
    loop_.modify(c.client.get(), c.interest(c.up, c.down));
    loop_.modify(c.server.get(), c.interest(c.down, c.up));
  }
  bury();
  arm();
}

void Relay::arm() {
  std::optional<Time> next;
  for (const auto& connection : connections_) {
    for (const Link* link : {&connection->up.link, &connection->down.link}) {
      const auto time = link->next_time();
      if (time && (!next || *time < *next)) next = time;
    }
  }
  loop_.cancel(timer_);
  timer_ = EventLoop::TimerId::none;
  const Time now = std::chrono::steady_clock::now();
  // What a socket did not take, with nobody watching it, is offered again.
  const auto stuck = [](const auto& c) { return !c->watched && !(c->up.unwritten + c->down.unwritten).empty(); };
  if (!next && std::any_of(connections_.begin(), connections_.end(), stuck)) next = now + std::chrono::milliseconds(10);
  if (!next) return;
  timer_ = loop_.after(std::max(*next - now, Duration(std::chrono::microseconds(100))), [this] { pump(); });
}

void Relay::bury() {
  std::erase_if(connections_, [this](const std::unique_ptr<Connection>& connection) {
    if (!connection->dead) return false;
    unwatch(*connection);
    return true;
  });
}

void Relay::unwatch(Connection& connection) {
  if (!std::exchange(connection.watched, false)) return;
  loop_.unwatch(connection.client.get());
  loop_.unwatch(connection.server.get());
}

}  // namespace sdr::faults
