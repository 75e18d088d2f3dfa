// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/event_loop.h"
#include "base/json_writer.h"
#include "base/metrics.h"

// The bus as a service sees it: subjects without their namespace, messages on the service's own loop, and a connection
// that is there or not but never in the way. A service starts with or without the server; the connection is retried for
// ever with back-off, and subscriptions resume.
//
// What is published while the server is away is dropped and counted, never kept: a twist must not move a robot that
// comes back later.
// Thread: the loop's, save publish(), which any thread may call. Handlers run on the loop. The bus ends before the
// loop. Owns: the connection and the client library's threads, which reach the loop through an Inbox (its bounds hold).
// Errors: what the server refuses (permissions, a slow consumer) is counted and logged, the same words once a minute; a
//   server that is not there is logged every ten seconds; nothing throws.
// Metrics: nats_messages_total{subject,direction}, nats_dropped_total{cause}, nats_malformed_total{subject},
//   nats_connected, nats_connections_total, nats_errors_total, nats_permission_violations_total.

namespace sdr::bus {

struct BusConfig {
  std::string url = "nats://127.0.0.1:4222";
  std::string service;     // the connection's name, for the server's monitoring
  std::string name_space;  // SDR_NAMESPACE; empty: none
  std::string user;        // empty: none, or in the URL
  std::string password;    // never logged
};

/// A namespace or its absence: letters, digits, '-', '_', and dots between them.
bool is_namespace(std::string_view text);

enum class BusState : uint8_t {
  connecting,  // has not been there yet
  connected,
  lost,
};
std::string_view to_text(BusState state);

struct Message {
  std::string_view subject;  // without the namespace
  std::string_view payload;
};

class Bus {
 public:
  using Handler = std::function<void(const Message&)>;
  using StateHandler = std::function<void(BusState)>;
  enum class SubscriptionId : uint64_t {};

  /// Throws ConfigError where the URL or the namespace is none. Nothing happens before start().
  Bus(EventLoop& loop, Registry& registry, BusConfig config);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Told of each change of state.
  void on_state(StateHandler handler);
  /// A subject or a pattern (`telemetry.>`), without namespace. May be called before start() and at any time after.
  SubscriptionId subscribe(std::string_view subject, Handler handler);
  /// Not from the subscription's own handler.
  void unsubscribe(SubscriptionId subscription);
  void start();

  /// Written to the socket before it returns, unless the server does not read: then the connection is given up after
  /// 20 ms. False, and counted, where the server is away.
  bool publish(std::string_view subject, std::string_view payload);

  BusState state() const;
  /// Why the server is not there, for a log or /health; empty where nothing is known.
  std::string last_error() const;
  /// For a message that a handler could not read: counts it, and logs the first of each subject.
  void count_malformed(std::string_view subject, std::string_view why);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::bus
