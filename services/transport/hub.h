// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "net/socket.h"
#include "transport/camera.h"
#include "transport/client.h"
#include "transport/text_message.h"

// The clients: takes WebSocket connections over after their handshake, reads their messages, writes to one or to all,
// and lets go of those that break the protocol, have gone, or do not drain their sockets.
//
// Thread: the loop's. Bounds: clients_max clients; what one sends is read 64 KiB at a time, so that nobody who floods
// keeps the others waiting, and ends its connection beyond Client::kMessagesPerSecond.
// A client is destroyed in a turn of its own, never under the feet of a function that holds it.

namespace sdr::transport {

struct HubOptions {
  size_t clients_max = 4096;
  int not_sent_bytes = 32 * 1024;
  Duration stuck_max = std::chrono::seconds(5);  // without taking a byte, or without a keyframe while frames come
};

class Hub {
 public:
  struct Hooks {
    std::function<void(Client& client)> on_join;
    std::function<void(Client& client)> on_leave;
    std::function<void(Client& client, uint8_t type, std::string_view body)> on_message;
    std::function<void(Client& client)> on_read_end;  // what had arrived is taken
  };

  Hub(EventLoop& loop, Registry& registry, HubOptions options, Hooks hooks);
  ~Hub();

  /// Takes over a connection whose handshake is answered with `answer`; `early` has already arrived behind it.
  void adopt(FileDescriptor socket, const net::Address& peer, std::string answer, Camera& camera,
             std::string_view early);

  /// One message to everybody, or to one; a client whose queue is full misses it, and that is counted.
  void send_all(const MessageRef& message);
  void send(Client& client, MessageRef message);
  /// Telemetry to one client.
  void send_telemetry(Client& client, std::string_view subject, std::string_view payload);
  /// Says why and ends the connection.
  void close(Client& client, net::WsClose code, std::string_view reason);
  /// The socket is of no use any more; from a camera in the middle of its round, too.
  void let_go(Client& client);

  template <typename Function>
  void for_each(Function function) {
    for (const auto& [fd, client] : clients_) function(*client);
  }
  Client* find(std::string_view id);
  size_t count() const { return clients_.size(); }
  bool full() const { return clients_.size() >= options_.clients_max; }
  TextPool& pool() { return pool_; }
  /// Every 250 ms: closes who is stuck, asks for keyframes that are still missing.
  void sweep(const std::vector<std::unique_ptr<Camera>>& cameras);
  /// Tells everybody that the server goes away.
  void close_all();

 private:
  void on_ready(Client& client, uint32_t epoll_events);
  void read(Client& client);
  bool take_messages(Client& client, std::span<uint8_t> bytes);
  bool take_message(Client& client, const net::WsMessage& message);
  void destroy_gone();
  std::string next_id();

  EventLoop& loop_;
  const HubOptions options_;
  Hooks hooks_;
  TextPool pool_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
  std::vector<int> gone_;
  Notifier gone_notifier_;
  std::vector<uint8_t> buffer_;  // what is read of whichever client is ready
  uint64_t next_number_ = 1;
  const std::string id_prefix_;
  Gauge& connected_;
  Counter& connections_;
  Counter& missed_;
  Counter& malformed_;
  Counter& slow_closed_;
  Counter& floods_;
};

}  // namespace sdr::transport
