// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "net/address_limits.h"
#include "schema/limits.h"
#include "transport/camera.h"
#include "transport/client.h"
#include "transport/text_message.h"

// The clients: takes WebSocket connections over after their handshake, reads their messages, writes to one or to all,
// and lets go of those that break the protocol, have gone, or do not drain their sockets.
//
// A connection that has yet to show a token is a stranger: it is in a list of its own, which no message to everybody
// and no look-up ever reaches, so that it gets nothing but an answer to what it shows.
//
// Thread: the loop's. Bounds: clients_max clients, clients_per_address_max of them from one address, loopback excepted;
// strangers_max strangers, of whom the oldest goes when another comes; what one sends is read 64 KiB at a time, so that
// nobody who floods keeps the others waiting, and ends its connection beyond Client::kMessagesPerSecond and
// kBytesPerSecond. A client is destroyed in a turn of its own, never under the feet of a function that holds it.

namespace sdr::transport {

struct HubOptions {
  size_t clients_max = 4096;
  size_t clients_per_address_max = 64;  // with strangers
  size_t strangers_max = 256;
  bool loopback_is_free = true;  // of what counts per address
  Duration auth_max = std::chrono::milliseconds(schema::kAuthMsMax);
  int not_sent_bytes = 32 * 1024;
  Duration stuck_max = std::chrono::seconds(5);  // without taking a byte, or without a keyframe while frames come
};

class Hub {
 public:
  /// Our own close codes (4000 to 4999 are an application's); README.md tells what a page makes of them.
  static constexpr auto kTokenNeeded = static_cast<net::WsClose>(4401), kTokenUnknown = static_cast<net::WsClose>(4403),
                        kNoSuchCamera = static_cast<net::WsClose>(4404),
                        kTooManyWrongTokens = static_cast<net::WsClose>(4429);

  struct Hooks {
    std::function<Camera*(const std::string& name)> open_camera;  // null: there is none of that name
    std::function<void(Client& stranger, uint8_t type, std::string_view body)> on_stranger;
    std::function<void(Client& client)> on_join;
    std::function<void(Client& client)> on_close;  // the server ends it: nothing that it sends counts any more
    std::function<void(Client& client)> on_leave;
    std::function<void(Client& client, uint8_t type, std::string_view body)> on_message;
    std::function<void(Client& client)> on_read_end;  // what had arrived is taken
  };

  Hub(EventLoop& loop, Registry& registry, HubOptions options, Hooks hooks);
  ~Hub();

  /// What a handshake asked for, and who is known to have sent it.
  struct Visit {
    std::string answer;  // to the handshake
    std::string camera;
    std::optional<Identity> identity;  // nothing: has yet to show a token
  };

  /// Takes over a connection after its handshake; `early` has already arrived behind it.
  void adopt(net::Stream stream, const net::Address& peer, Visit visit, std::string_view early);
  /// A stranger has shown who it is. The caller has asked full().
  void let_in(Client& stranger, Identity identity);

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
  size_t stranger_count() const { return strangers_.size(); }
  bool full() const { return clients_.size() >= options_.clients_max; }
  /// Whether that address has all that one may have.
  bool full_for(const net::Address& peer) const;
  TextPool& pool() { return pool_; }
  /// Every 250 ms: closes who is stuck, asks for keyframes that are still missing.
  void sweep(const std::vector<std::unique_ptr<Camera>>& cameras);
  /// Tells everybody that the server goes away.
  void close_all();

 private:
  using Clients = std::unordered_map<int, std::unique_ptr<Client>>;

  void join(Client& client);
  void make_room_for_stranger();
  void send_handshake(Client& client, std::string answer);
  bool is_stranger(const Client& client) const { return strangers_.contains(client.fd()); }
  void on_ready(Client& client, uint32_t epoll_events);
  void read(Client& client);
  bool take_messages(Client& client, std::span<uint8_t> bytes);
  bool take_message(Client& client, const net::WsMessage& message);
  void take_binary(Client& client, std::string_view body);
  void sweep_clients(const Clients& clients, Time now);
  void sweep_strangers(Time now);
  void destroy_gone();
  void show_counts();
  std::string next_id();

  EventLoop& loop_;
  const HubOptions options_;
  Hooks hooks_;
  TextPool pool_;
  Clients clients_, strangers_;
  net::AddressCounts per_address_;
  std::vector<int> gone_;
  Notifier gone_notifier_;
  std::vector<uint8_t> buffer_;  // what is read of whichever client is ready
  uint64_t next_number_ = 1;
  const std::string id_prefix_;
  Gauge& connected_;
  Gauge& unauthenticated_;
  Counter& connections_;
  Counter& missed_;
  Counter& malformed_;
  Counter& slow_closed_;
  Counter& floods_;
  Counter& late_;
  Counter& pushed_out_;
};

}  // namespace sdr::transport
