// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "net/http_server.h"
#include "net/tls.h"
#include "transport/bus_link.h"
#include "transport/cameras.h"
#include "transport/control.h"
#include "transport/door.h"
#include "transport/health.h"
#include "transport/hub.h"
#include "transport/options.h"
#include "transport/routes.h"
#include "transport/rtc/channels.h"
#include "transport/rtc/desk.h"
#include "transport/rtc/whep.h"
#include "transport/supervision.h"
#include "transport/telemetry.h"

// The service: its parts, and who tells whom what. README.md draws it.
//
// Thread: the loop's; the parts own the rings', the health and the bus's threads. Errors: an address that is not to be
// had is a ConfigError; whatever else is missing (ring, bus, page) is waited for.

namespace sdr::transport {

class Transport {
 public:
  Transport(EventLoop& loop, const TransportOptions& options);
  ~Transport();

  /// After the loop has ended: tells the clients, and stops a robot that is being driven.
  void say_goodbye();

  const net::Address& address() const { return http_.address(); }
  const net::Address& metrics_address() const { return health_.address(); }
  Registry& registry() { return registry_; }
  Hub& hub() { return hub_; }
  RtcDesk& rtc() { return rtc_; }

 private:
  Camera::Hooks camera_hooks();
  Hub::Hooks hub_hooks();
  Control::Hooks control_hooks();
  RtcDesk::Hooks rtc_hooks();
  void start_timers();
  void on_message(Client& client, uint8_t type, std::string_view body);
  void on_clock(Client& client, std::string_view body);
  void on_signal(Client& client, std::string_view body);
  void on_offer(Client& client, const schema::Signal& signal);
  void signal_error(Client& client, const std::optional<std::string>& session_id, std::string_view detail);
  void send_signal(Client& client, const schema::Signal& signal);
  Commander* find_commander(std::string_view id);
  void answer(Commander& client, const schema::CommandAck& ack, std::string_view payload);
  void on_stranger(Client& stranger, uint8_t type, std::string_view body);
  void show_out_forgotten();
  void count_refusals();
  void on_join(Client& client);
  void on_leave(Client& client);
  void on_bus_message(std::string_view subject, std::string_view payload);
  void on_ack(std::string_view payload);
  void request_keyframe(const std::string& camera);
  void request_idr(const schema::IdrData& data);
  void tell_lease(Client& client);
  void look_at_ring();
  void publish_health();
  void every_second();
  void repeat_lease();
  std::string status_json(const Identity& asker);

  EventLoop& loop_;
  const TransportOptions options_;
  Registry registry_;
  HealthThread health_;
  BusLink bus_;
  Door door_;
  Cameras cameras_;  // before the clients, whose queues hold its frames
  Hub hub_;
  Telemetry telemetry_;
  Supervision supervision_;
  Control control_;
  RtcDesk rtc_;  // after the clients, whose sessions it holds
  RtcChannels channels_;
  Whep whep_;
  Routes routes_;
  std::shared_ptr<net::TlsContext> tls_;  // null: in clear
  net::HttpServer http_;
  std::string text_;
  schema::CommandAck ack_;
  schema::SafetyState safety_state_;
  schema::RobotClock robot_clock_;
  uint64_t keyframe_seq_ = 0;
  int lease_turn_ = 0;
  Counter& unknown_types_;
  Counter& malformed_;
  std::vector<EventLoop::TimerId> timers_;
};

}  // namespace sdr::transport
