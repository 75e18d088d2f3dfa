// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

// One connection to one NATS server, from connect() to its end; the one place that knows the client library.
//
// The library reads nothing by itself: whoever owns the loop waits until fd() is readable and calls read(), which hands
// over what came, so that between the socket and a handler there is no thread. What is written is in the socket before
// the call returns. A connection that was lost is never used again.
//
// Thread: any; each call takes the connection's lock for as long as it works, save ping(), which waits without it. The
// library closes its socket on whichever thread finds it broken, so none may be reading or writing meanwhile.

namespace sdr::bus {

struct NatsOptions {
  std::string url;
  std::string name;
  std::string user;
  std::string password;
};

/// Called on any thread, also from within a call; must be quick, must not throw and must not call back.
class NatsLinkEvents {
 public:
  virtual ~NatsLinkEvents() = default;
  /// The connection is of no use any more; empty where the reason is not known.
  virtual void on_lost(std::string_view why) = 0;
  /// What the server refuses, in the library's words.
  virtual void on_error(std::string_view text) = 0;
  /// Something waits that only write() sends.
  virtual void on_write_wanted() = 0;
};

class NatsLink {
 public:
  using Receiver = std::function<void(uint64_t subscription, std::string_view subject, std::string_view payload)>;

  /// Waits for the server, 2 s at most. Errors: the library's. `events` must outlive close().
  static Result<std::shared_ptr<NatsLink>> connect(const NatsOptions& options, NatsLinkEvents& events);
  ~NatsLink();
  NatsLink(const NatsLink&) = delete;
  NatsLink& operator=(const NatsLink&) = delete;

  /// Readable: read() has something to do. A duplicate that is the link's own: it stays valid, and the connection open
  /// for the server, for as long as the link lives.
  int fd() const;
  /// Takes all that the socket holds, 1 MiB at most: what came last may have to overtake what came first. `receive` is
  /// called with the lock held. False where nothing will come any more.
  bool read(const Receiver& receive);
  /// When read() last found something, monotonic. Takes no lock.
  uint64_t heard_us() const { return heard_us_.load(); }
  void write();
  /// Errors: the library's.
  Status subscribe(uint64_t id, const std::string& subject);
  void unsubscribe(uint64_t id);
  /// False where it did not leave. Waits for a server that does not read for 20 ms, once: then the link is lost, since
  /// a part may have left, and what came next would be read as the rest of it.
  bool publish(const std::string& subject, std::string_view payload);
  /// Asks the server and waits for its answer, which somebody must read() meanwhile. False where none came.
  bool ping(std::chrono::milliseconds timeout);
  /// Ends it, and a ping() that waits. No event comes any more.
  void close();

 private:
  struct Impl;
  explicit NatsLink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::atomic<uint64_t> heard_us_{0};
};

}  // namespace sdr::bus
