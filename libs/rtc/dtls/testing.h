// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtc/dtls/dtls.h"
#include "rtc/testing/lossy_network.h"
#include "rtc/testing/virtual_time.h"

// Two ends of a DTLS connection over a network in virtual time. For tests only.

namespace sdr::rtc::testing {

using Bytes = std::vector<uint8_t>;

/// Made once: a key takes longer than everything else in these tests.
inline std::shared_ptr<const DtlsContext> shared_context() {
  static const std::shared_ptr<const DtlsContext> context = DtlsContext::create().value();
  return context;
}
inline std::shared_ptr<const DtlsContext> other_context() {
  static const std::shared_ptr<const DtlsContext> context = DtlsContext::create().value();
  return context;
}

/// Keeps what comes out of one end.
struct DtlsRecorder : DtlsObserver {
  void on_dtls_datagram(std::span<const uint8_t> datagram) override {
    largest = std::max(largest, datagram.size());
    if (send) send(datagram);
  }
  void on_dtls_connected(const SrtpKeys& agreed) override {
    ++connected;
    keys = agreed;
  }
  void on_dtls_message(std::span<const uint8_t> message) override {
    messages.emplace_back(message.begin(), message.end());
  }
  void on_dtls_end(DtlsEnd why, std::string_view text) override {
    ++ends;
    end = why;
    detail = text;
  }

  std::function<void(std::span<const uint8_t>)> send;
  int connected = 0, ends = 0;
  SrtpKeys keys;
  std::vector<Bytes> messages;
  std::optional<DtlsEnd> end;
  std::string detail;
  size_t largest = 0;
};

class DtlsPair {
 public:
  struct Setup {
    NetworkOptions network;
    uint32_t seed = 1;
    std::shared_ptr<const DtlsContext> client_context = shared_context(), server_context = other_context();
    std::vector<Fingerprint> client_expects = {other_context()->fingerprint()};
    std::vector<Fingerprint> server_expects = {shared_context()->fingerprint()};
    size_t client_mtu = kDtlsMtu;
  };

  DtlsPair() : DtlsPair(Setup()) {}
  explicit DtlsPair(const Setup& setup)
      : network(setup.network, setup.seed),
        client(setup.client_context, {.role = DtlsRole::kClient, .peer = setup.client_expects, .mtu = setup.client_mtu},
               at_client),
        server(setup.server_context, {.role = DtlsRole::kServer, .peer = setup.server_expects}, at_server) {
    at_client.send = [this](std::span<const uint8_t> datagram) { network.send(kServer, datagram, time.now()); };
    at_server.send = [this](std::span<const uint8_t> datagram) { network.send(kClient, datagram, time.now()); };
  }

  /// Lets time pass until `done` or until nothing more is to come within `limit`. Whether it was done.
  bool run(const std::function<bool()>& done, Duration limit = std::chrono::seconds(60)) {
    const Time end = time.now() + limit;
    while (!done()) {
      const auto next = next_time();
      if (!next || *next > end) return false;
      time.move_to(std::max(*next, time.now()));
      deliver();
      for (Dtls* each : {&client, &server}) {
        if (each->next_time() && *each->next_time() <= time.now()) each->on_time(time.now());
      }
    }
    return true;
  }
  /// Everything under way arrives, nobody's timer is waited for longer than this.
  void settle(Duration limit = std::chrono::milliseconds(500)) {
    (void)run([] { return false; }, limit);
  }
  bool connect() {
    client.start(time.now());
    return run([this] { return client.connected() && server.connected(); });
  }

  static constexpr int kClient = 0, kServer = 1;
  VirtualTime time;
  LossyNetwork network;
  DtlsRecorder at_client, at_server;
  Dtls client, server;

 private:
  void deliver() {
    network.deliver(time.now(), [this](int to, std::span<const uint8_t> datagram) {
      (to == kServer ? server : client).on_datagram(datagram, time.now());
    });
  }
  std::optional<Time> next_time() const {
    std::optional<Time> next;
    for (const auto& each : {network.next_time(), client.next_time(), server.next_time()}) {
      if (each && (!next || *each < *next)) next = each;
    }
    return next;
  }
};

}  // namespace sdr::rtc::testing
