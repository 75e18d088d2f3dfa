// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/address_limits.h"
#include "net/http_request.h"
#include "net/http_response.h"
#include "transport/rtc/desk.h"

// WHEP (draft-ietf-wish-whep): players that are no page of ours post an offer and get an answer. A session is a client
// with an id, a role and commands of its own (stream.md, Access), which has no WebSocket.
//
// Thread: the loop's. Who may ask has been decided by Routes. Bounds: clients_per_address_max sessions of one address,
// loopback excepted; all of them share the port's sessions.

namespace sdr::transport {

class Whep {
 public:
  static constexpr std::string_view kPath = "/stream/whep";

  Whep(EventLoop& loop, Registry& registry, RtcDesk& desk, Cameras& cameras, const TransportOptions& options);
  ~Whep();

  /// A request whose path is kPath or below.
  net::HttpResponse answer(const net::HttpRequest& request, const net::Address& peer, Identity identity);

  Commander* find(std::string_view id);
  /// That session goes: so does its client, if it is one of ours. What it held it holds no more.
  void on_gone(RtcSession& session);
  /// Ends the sessions of those who are meant.
  void show_out(const std::function<bool(const Identity&)>& is_meant);
  /// Told of each client that goes.
  void set_on_leave(std::function<void(const Commander& client)> on_leave) { on_leave_ = std::move(on_leave); }

 private:
  struct Viewer;

  net::HttpResponse post(const net::HttpRequest& request, const net::Address& peer, Identity identity);
  net::HttpResponse patch(const net::HttpRequest& request, RtcSession& session);
  bool has_share(const net::Address& peer) const;

  EventLoop& loop_;
  RtcDesk& desk_;
  Cameras& cameras_;
  const size_t per_address_max_;
  const bool loopback_is_free_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  net::AddressCounts per_address_;
  std::function<void(const Commander& client)> on_leave_;
  uint64_t next_number_ = 1;
  Gauge& count_;
};

}  // namespace sdr::transport
