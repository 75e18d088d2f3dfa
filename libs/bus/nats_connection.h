// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/event_loop.h"
#include "base/result.h"
#include "bus/nats_link.h"

// A connection to the NATS server that is there whenever the server is: one NatsLink after the other.
//
// A thread of its own, the keeper, connects, asks the server every second whether it is there, notices a loss and
// connects again, for ever. The library could do so by itself, but it holds the connection's lock while it waits for a
// server that accepts and says nothing (one that was stopped), and every publish() would wait with it, for seconds.
// Messages are read on the loop.
//
// Thread: the loop's, save publish() and link(), which any thread may call. After close() no event comes any more.

namespace sdr::bus {

class NatsEvents {
 public:
  virtual ~NatsEvents() = default;
  /// The loop's thread. Must be quick and must not call back: the connection's lock is held.
  virtual void on_message(uint64_t subscription, std::string_view subject, std::string_view payload) = 0;
  /// The loop's thread, after the messages that were there.
  virtual void on_messages_end() = 0;
  /// Any thread: link() may have changed.
  virtual void on_state_change() = 0;
  /// Any thread.
  virtual void on_error(std::string_view text) = 0;
};

class NatsConnection {
 public:
  enum class Link : uint8_t { down, up };

  explicit NatsConnection(EventLoop& loop);
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  /// Begins to connect and returns at once.
  void open(NatsOptions options, NatsEvents& events);
  /// Waits for the keeper: up to two seconds where a server accepts and says nothing.
  void close();
  /// Kept for every connection to come. Errors: the library's, where the present one does not take it.
  Status subscribe(uint64_t id, const std::string& subject);
  void unsubscribe(uint64_t id);
  /// False where the server is away or does not take it; nothing is kept for later. Waits for a server that does not
  /// read for 20 ms at most, once: then the connection is given up.
  bool publish(const std::string& subject, std::string_view payload);
  Link link() const;
  /// Why there is no connection, or why the last one ended, in the library's words; empty where nothing is known.
  std::string last_error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::bus
