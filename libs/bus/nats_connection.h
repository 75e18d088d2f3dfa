// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bus/inbox.h"

// The one place that knows the NATS client library. Its threads call NatsEvents; everything else of ours stays on the
// loop.
//
// A thread of its own, the keeper, connects, notices a loss and connects again, for ever. The library could do so by
// itself, but it holds the connection's lock while it waits for a server that accepts and says nothing (one that was
// stopped), and every publish() would wait with it, for seconds. A connection that was lost is never used again.
//
// Thread: the owner's, save publish() and link(), which any thread may call. After close() no event comes any more.

namespace sdr::bus {

/// Called on the library's threads and the keeper; must be quick and must not throw.
class NatsEvents {
 public:
  virtual ~NatsEvents() = default;
  virtual void on_message(uint64_t subscription, std::string_view subject, std::string_view payload) = 0;
  /// link() may have changed.
  virtual void on_state_change() = 0;
  virtual void on_error(std::string_view text) = 0;
};

struct NatsOptions {
  std::string url;
  std::string name;
  std::string user;
  std::string password;
};

class NatsConnection {
 public:
  enum class Link : uint8_t { down, up };

  NatsConnection();
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
  /// read for kWriteDeadline at most, once: then the connection is given up.
  bool publish(const std::string& subject, std::string_view payload);
  Link link() const;
  /// Why there is no connection, or why the last one ended, in the library's words; empty where nothing is known.
  std::string last_error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::bus
