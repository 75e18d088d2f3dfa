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
// Thread: the owner's, save publish() and link(), which any thread may call. After close() no event comes any more.

namespace sdr::bus {

/// Called on the library's threads; must be quick and must not throw.
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
  enum class Link : uint8_t { down, up, closed };  // closed: the library has given up

  NatsConnection();
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  /// Begins to connect, for ever; closes what was open before. Fails only where the options themselves are bad.
  Status open(const NatsOptions& options, NatsEvents& events);
  void close();
  Status subscribe(uint64_t id, const std::string& subject);
  void unsubscribe(uint64_t id);
  /// False where the server is away or does not take it; nothing is kept for later.
  bool publish(const std::string& subject, std::string_view payload);
  Link link() const;
  /// What the last attempt failed by, in the library's words; empty where nothing is known.
  std::string last_error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::bus
