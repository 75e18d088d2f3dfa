// SPDX-License-Identifier: Apache-2.0
#include "transport/hub.h"

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "transport/start_name.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

constexpr size_t kReadBytes = 64 * 1024;
constexpr int kDeadPeerMs = 20'000;  // longer than any client may be stuck while it is there
constexpr auto kCloseLinger = 1s;    // for the client to answer a close frame

}  // namespace

Hub::Hub(EventLoop& loop, Registry& registry, HubOptions options, Hooks hooks)
    : loop_(loop),
      options_(options),
      hooks_(std::move(hooks)),
      gone_notifier_(loop, [this] { destroy_gone(); }),
      buffer_(Client::kMessageMax + 16 + kReadBytes),
      id_prefix_("c" + make_start_name() + "-"),
      connected_(registry.gauge("connected_clients", "Clients connected over WebSocket")),
      unauthenticated_(registry.gauge("unauthenticated_connections", "Connections that have yet to show a token")),
      connections_(registry.counter("client_connections_total", "WebSocket connections ever taken")),
      missed_(registry.counter("telemetry_missed_total", "Messages that clients missed because they were behind")),
      malformed_(registry.counter("websocket_malformed_total", "Connections closed for a breach of the protocol")),
      slow_closed_(registry.counter("clients_closed_slow_total", "Connections closed because nobody drained them")),
      floods_(registry.counter("clients_closed_flood_total", "Connections closed for sending too much")),
      late_(registry.counter("access_late_total", "Connections closed because no token came in time")),
      pushed_out_(
          registry.counter("access_pushed_out_total", "Connections without a token that made room for others")) {}

Hub::~Hub() {
  for (const auto& [fd, client] : clients_) {
    if (client->video.camera != nullptr) client->video.camera->remove(*client);
  }
}

std::string Hub::next_id() { return id_prefix_ + std::to_string(next_number_++); }

void Hub::adopt(net::Stream stream, const net::Address& peer, Visit visit, std::string_view early) {
  const int fd = stream.fd();
  const bool ready =
      net::set_not_sent_low_water(fd, options_.not_sent_bytes).ok() && net::set_dead_peer_timeout(fd, kDeadPeerMs).ok();
  if (!ready) return;  // it is gone already
  auto owned = std::make_unique<Client>(loop_, std::move(stream), next_id(), peer.is_loopback());
  Client& client = *owned;
  client.peer = peer;
  client.came_at = loop_.now();
  client.camera_asked = std::move(visit.camera);
  if (!visit.identity) make_room_for_stranger();
  (visit.identity ? clients_ : strangers_)[fd] = std::move(owned);
  per_address_.add(peer);
  connections_.add();
  show_counts();
  client.start([this, &client](uint32_t events) { on_ready(client, events); });
  send_handshake(client, std::move(visit.answer));
  if (visit.identity) {
    client.identity = std::move(*visit.identity);
    join(client);
  }
  if (client.broken()) return let_go(client);
  if (early.empty()) return;
  const size_t size = std::min(early.size(), buffer_.size());  // HttpLimits keep it far below
  std::memcpy(buffer_.data(), early.data(), size);
  if (!take_messages(client, {buffer_.data(), size})) let_go(client);
  hooks_.on_read_end(client);
}

void Hub::send_handshake(Client& client, std::string answer) {
  TextMessage* const handshake = pool_.take();
  handshake->bytes = std::move(answer);
  send(client, TextPool::seal(handshake));
}

void Hub::join(Client& client) {
  client.decoder.set_message_max(Client::kMessageMax);
  Camera* const camera = hooks_.open_camera(client.camera_asked);
  if (camera == nullptr) return close(client, kNoSuchCamera, "no such camera");
  hooks_.on_join(client);
  camera->add(client);
}

void Hub::on_ready(Client& client, uint32_t epoll_events) {
  if ((epoll_events & EPOLLOUT) != 0) client.flush();
  if ((epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !client.broken()) read(client);
  if (client.broken()) let_go(client);
}

void Hub::read(Client& client) {
  const size_t kept = client.early.size();
  std::memcpy(buffer_.data(), client.early.data(), kept);
  const ssize_t got = client.stream().read({reinterpret_cast<char*>(buffer_.data()) + kept, kReadBytes});
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return client.mark_broken();
  if (client.closing) return;  // only its end is waited for
  if (!client.byte_rate.allow(loop_.now(), static_cast<uint32_t>(got))) {
    floods_.add();
    return close(client, net::WsClose::kPolicyViolation, "too many bytes");
  }
  client.early.clear();
  take_messages(client, {buffer_.data(), kept + static_cast<size_t>(got)});
  hooks_.on_read_end(client);
}

// False where the connection has come to its end.
bool Hub::take_messages(Client& client, std::span<uint8_t> bytes) {
  while (!client.closing && !client.broken()) {
    net::WsMessage message{};
    const net::WsDecoder::State state = client.decoder.next(bytes, message);
    bytes = bytes.subspan(client.decoder.consumed());
    if (state == net::WsDecoder::State::kNeedMore) {
      client.early.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return true;
    }
    if (state == net::WsDecoder::State::kError) {
      malformed_.add();
      close(client, client.decoder.close_code(), client.decoder.error());
      return true;
    }
    if (!take_message(client, message)) return false;
  }
  return !client.broken();
}

bool Hub::take_message(Client& client, const net::WsMessage& message) {
  if (!client.messages.allow(loop_.now())) {
    floods_.add();
    close(client, net::WsClose::kPolicyViolation, "too many messages");
    return true;
  }
  const std::string_view body(reinterpret_cast<const char*>(message.payload.data()), message.payload.size());
  switch (message.opcode) {
    case net::WsOpcode::kBinary:
      take_binary(client, body);
      return !client.broken();
    case net::WsOpcode::kPing: {
      TextMessage* const pong = pool_.take();
      append_control(pong->bytes, static_cast<uint8_t>(net::WsOpcode::kPong), body);
      send(client, TextPool::seal(pong));
      return true;
    }
    case net::WsOpcode::kPong:
      return true;
    case net::WsOpcode::kClose: {
      const net::WsClose code = net::parse_ws_close(message.payload);
      if (code == net::WsClose::kProtocolError) malformed_.add();
      close(client, code == net::WsClose::kProtocolError ? code : net::WsClose::kNormal, "");
      return true;
    }
    default:
      malformed_.add();
      close(client, net::WsClose::kProtocolError, "binary messages only");
      return true;
  }
}

void Hub::take_binary(Client& client, std::string_view body) {
  if (body.empty()) return;  // it has no type: nothing in it can be understood
  const auto type = static_cast<uint8_t>(body[0]);
  if (is_stranger(client)) {
    hooks_.on_stranger(client, type, body.substr(1));
  } else {
    hooks_.on_message(client, type, body.substr(1));
  }
}

void Hub::send(Client& client, MessageRef message) {
  if (client.closing || client.broken()) return;
  if (!client.send_other(std::move(message))) missed_.add();
  if (client.broken()) let_go(client);
}

void Hub::send_all(const MessageRef& message) {
  for (const auto& [fd, client] : clients_) send(*client, message);
}

void Hub::send_telemetry(Client& client, std::string_view subject, std::string_view payload) {
  TextMessage* const message = pool_.take();
  append_telemetry(message->bytes, subject, payload);
  send(client, TextPool::seal(message));
}

void Hub::close(Client& client, net::WsClose code, std::string_view reason) {
  if (client.closing || client.broken()) return;
  client.drop_video();
  TextMessage* const message = pool_.take();
  append_control(message->bytes, static_cast<uint8_t>(net::WsOpcode::kClose), net::ws_close_payload(code, reason));
  send(client, TextPool::seal(message));
  client.closing = true;
  client.closing_since = loop_.now();
  if (client.video.camera != nullptr) hooks_.on_close(client);
  if (client.queue().drained()) client.stream().end_writing();
}

void Hub::let_go(Client& client) {
  client.mark_broken();
  gone_.push_back(client.fd());
  gone_notifier_.notify();
}

void Hub::destroy_gone() {
  std::vector<int> gone = std::exchange(gone_, {});
  for (const int fd : gone) {
    Clients& where = clients_.contains(fd) ? clients_ : strangers_;
    const auto found = where.find(fd);
    if (found == where.end()) continue;  // named twice
    Client& client = *found->second;
    if (client.video.camera != nullptr) {  // it has joined
      client.video.camera->remove(client);
      hooks_.on_leave(client);
    }
    per_address_.remove(client.peer);
    where.erase(found);
  }
  show_counts();
}

void Hub::show_counts() {
  connected_.set(static_cast<double>(clients_.size()));
  unauthenticated_.set(static_cast<double>(strangers_.size()));
}

Client* Hub::find(std::string_view id) {
  for (const auto& [fd, client] : clients_) {
    if (client->id() == id && !client->broken() && !client->closing) return client.get();
  }
  return nullptr;
}

void Hub::sweep(const std::vector<std::unique_ptr<Camera>>& cameras) {
  const Time now = loop_.now();
  sweep_clients(clients_, now);
  sweep_clients(strangers_, now);
  sweep_strangers(now);
  for (const auto& camera : cameras) {
    for (Client* const client : camera->sweep(now, options_.stuck_max)) {
      if (client->closing || client->broken()) continue;
      log_info("a client is let go: it got no keyframe", {{"client", client->id()}});
      slow_closed_.add();
      close(*client, net::WsClose::kTryAgainLater, "no keyframe came");
    }
  }
}

void Hub::sweep_clients(const Clients& clients, Time now) {
  for (const auto& [fd, client] : clients) {
    if (client->broken()) continue;
    if (client->closing && now - client->closing_since > kCloseLinger) let_go(*client);
    const std::optional<Time> stuck = client->stuck_since(now);
    if (!stuck || now - *stuck < options_.stuck_max) continue;
    log_info("a client is let go: it takes nothing", {{"client", client->id()}});
    slow_closed_.add();
    let_go(*client);
  }
}

void Hub::close_all() {
  for (const Clients* clients : {&clients_, &strangers_}) {
    for (const auto& [fd, client] : *clients) close(*client, net::WsClose::kGoingAway, "the server stops");
  }
}

}  // namespace sdr::transport
