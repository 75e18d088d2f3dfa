// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "base/event_loop.h"
#include "net/socket.h"
#include "tests/faults/link.h"

// A TCP relay that misbehaves as it is told: stands between a client and a server and passes bytes on over two seeded
// Links per connection. Neither end is told of a cut: its connection stays open, and silent.
//
// Thread: the loop's. Bounds: what a Link holds, per direction; beyond that the kernel's buffers fill, and the sender
// blocks, as behind a slow network. Errors: where the server refuses a connection the client's is closed.

namespace sdr::faults {

class Relay {
 public:
  Relay(EventLoop& loop, const net::Address& server, uint64_t seed);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Where clients connect.
  const net::Address& address() const { return address_; }

  /// For both directions of all connections, those to come too.
  void set_profile(const LinkProfile& profile);
  void cut();
  void hold();
  void release();
  /// Closes all connections with a reset, as a router does that has lost its state.
  void reset();
  size_t connection_count() const { return connections_.size(); }

 private:
  enum class State { passing, held, cut };
  struct Connection;

  template <typename Act>
  void each_link(Act act, State state);
  void accept_waiting();
  void adopt(FileDescriptor client, FileDescriptor server);
  void pump();
  void arm();
  void bury();
  void unwatch(Connection& connection);

  EventLoop& loop_;
  const net::Address server_;
  uint64_t seed_;
  LinkProfile profile_;
  State state_ = State::passing;
  FileDescriptor listener_;
  net::Address address_;
  std::vector<std::unique_ptr<Connection>> connections_;
  EventLoop::TimerId timer_ = EventLoop::TimerId::none;
};

}  // namespace sdr::faults
