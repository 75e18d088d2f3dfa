// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "net/address_limits.h"
#include "net/socket.h"
#include "rtc/ice/address.h"
#include "rtc/ice/tcp_framing.h"

// ICE-TCP (RFC 6544), for viewers whose network lets no UDP out: connections to the same port number, on which
// datagrams go with their length before them. What a connection does not take in time is dropped whole, as a network
// would: the protocols above know how to live with that, and a picture that waits is worth nothing.
//
// Thread: the loop's. Bounds: kConnectionsMax, kConnectionsPerAddress of one address (loopback excepted), kBacklogBytes
// for each; one over which nothing authentic came within kProveMax is closed.

namespace sdr::transport {

class RtcTcp {
 public:
  static constexpr size_t kConnectionsMax = 1024, kConnectionsPerAddress = 32;
  static constexpr size_t kBacklogBytes = 192 * 1024;
  static constexpr Duration kProveMax = std::chrono::seconds(10);

  struct Hooks {
    std::function<void(std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to)>
        on_datagram;
    std::function<bool(const rtc::Address& from)> is_known;  ///< a session vouches for that address
  };

  RtcTcp(EventLoop& loop, Registry& registry, FileDescriptor listener, bool loopback_is_free, Hooks hooks);
  ~RtcTcp();

  /// Queues a datagram; lost where the connection is gone or behind.
  void send(const rtc::Address& to, std::span<const uint8_t> datagram);
  /// Writes what is queued.
  void flush();
  /// No session has that address any more.
  void close(const rtc::Address& address);
  /// Once in a while: closes who has proved nothing.
  void sweep();
  size_t count() const { return connections_.size(); }

 private:
  struct Connection;
  struct Hash {
    size_t operator()(const rtc::Address& address) const { return address.hash(0); }
  };

  void accept_waiting();
  void adopt(FileDescriptor socket, const net::Address& peer);
  void on_ready(Connection& connection, uint32_t epoll_events);
  void read(Connection& connection);
  void write(Connection& connection);
  void destroy_gone();

  EventLoop& loop_;
  FileDescriptor listener_;
  const bool loopback_is_free_;
  Hooks hooks_;
  std::unordered_map<rtc::Address, std::unique_ptr<Connection>, Hash> connections_;
  std::vector<Connection*> dirty_;
  std::vector<rtc::Address> gone_;
  Notifier gone_notifier_;
  net::AddressCounts per_address_;
  std::vector<char> buffer_;
  Gauge& open_;
  Counter &accepted_, &refused_, &lost_;
};

}  // namespace sdr::transport
