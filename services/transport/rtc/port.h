// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "base/metrics.h"
#include "net/udp_sender.h"
#include "net/udp_socket.h"
#include "rtc/ice/session_table.h"
#include "transport/rtc/media.h"
#include "transport/rtc/session.h"
#include "transport/rtc/tcp.h"

// The one port of all sessions, UDP's and for those who need it TCP's of the same number: receives everything, finds
// whose a datagram is, and sends what ICE, DTLS and the data channels say. Video is RtcMedia's, which sends by the same
// port.
//
// Thread: the loop's. Bounds: `sessions`, and the sender's buffer, beyond which a datagram is lost as on a network. A
// datagram of nobody's changes a counter. In steady state nothing allocates.

namespace sdr::transport {

struct RtcPortMetrics {
  explicit RtcPortMetrics(Registry& registry);

  Gauge &sessions, &thinned, &low;
  Counter &datagrams_in, &strangers, &refused;
};

class RtcPort final : private SessionEvents {
 public:
  struct Hooks {
    std::function<bool(RtcSession& session, const rtc::ChannelMessage& message)> on_message;
    std::function<void(RtcSession& session)> on_read_end;  ///< what a datagram held is taken
    std::function<void(RtcSession& session, rtc::PeerEnd end, std::string_view detail)> on_end;
    std::function<void(RtcSession& session)> on_gone;  ///< about to be destroyed
    std::function<void(uint32_t feed, size_t layer)> want_keyframe;
  };
  struct Limits {
    size_t sessions = 4096;
    size_t media_threads = 0;  ///< beside the loop
  };

  RtcPort(EventLoop& loop, Registry& registry, net::UdpSocket socket, std::shared_ptr<const rtc::DtlsContext> dtls,
          const Limits& limits, Hooks hooks);
  /// Takes ICE-TCP connections too.
  void listen_tcp(FileDescriptor listener, bool loopback_is_free);
  ~RtcPort();

  const net::Address& address() const { return socket_.address(); }
  bool full() const { return sessions_.size() >= limits_.sessions; }
  /// Credentials that nobody else here has. Error: the kernel has no random numbers.
  Result<rtc::IceCredentials> make_credentials();

  /// Takes a session in; `config.local` is of make_credentials(). The caller has asked full().
  RtcSession& add(std::string id, Commander& who, RtcFeed& feed, const rtc::PeerConfig& config,
                  std::optional<rtc::MediaConfig> media);
  /// Says goodbye; it is destroyed in a later turn.
  void end(RtcSession& session);
  /// New credentials for an ICE restart.
  Result<rtc::IceCredentials> restart(RtcSession& session);
  rtc::SendResult send(RtcSession& session, rtc::Channel channel, std::span<const uint8_t> message, bool text);

  void on_frame(RtcFeed& feed, size_t layer, const MediaFrame& frame);
  /// The feed has other layers.
  void on_layers(RtcFeed& feed);
  /// Every 250 ms: what the links of the sessions carry, for metrics, and what could not be told at once.
  void tick();
  /// Whether a session of the feed is on the lower layer or waits for it.
  bool low_used(const RtcFeed& feed) { return media_.low_used(feed); }

  /// Whether any session refers to it still.
  bool uses(const RtcFeed& feed) const;
  /// Destroys those that have ended, now and not in a later turn. Not from within a session.
  void destroy_ended();

  template <typename Function>
  void for_each(Function function) {
    for (const auto& session : sessions_) {
      if (!session->over) function(*session);
    }
  }
  size_t count() const { return sessions_.size(); }
  /// A process has one: whoever plays the other side within it, as tests do, uses this.
  rtc::SctpStack& sctp() { return sctp_; }

 private:
  /// What is asked of every session each time.
  struct Turn {
    RtcSession* session = nullptr;
    Time due{};  // when the peer wants to be asked
  };

  RtcMedia::Hooks media_hooks();
  void on_ready(uint32_t epoll_events);
  void read();
  void take(std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to);
  void take_control(RtcSession& session, std::span<const uint8_t> datagram);
  RtcSession* owner_of(const rtc::StunMessage& message, const rtc::Address& from) const;
  void on_authentic(uint64_t number, const MediaWay& way);
  void after_input(RtcSession& session);
  void follow(RtcSession& session);
  void note(RtcSession& session);
  void settle();
  void flush();
  void on_timer();
  void arm(Time next);

  void on_address(RtcSession& session, const rtc::Address& address) override;
  void on_address_forgotten(RtcSession& session, const rtc::Address& address) override;
  void on_credentials_retired(RtcSession& session, const rtc::IceCredentials& credentials) override;
  void on_datagram(RtcSession& session, const rtc::Address& to, std::span<const uint8_t> datagram) override;
  void on_connected(RtcSession& session, const rtc::SrtpKeys& keys) override { media_.begin(session, keys); }
  bool on_channel_message(RtcSession& session, const rtc::ChannelMessage& message) override;
  void on_end(RtcSession& session, rtc::PeerEnd end, std::string_view detail) override;

  EventLoop& loop_;
  Registry& registry_;
  RtcPortMetrics metrics_;
  net::UdpSocket socket_;
  net::UdpSender sender_;
  const Limits limits_;
  Hooks hooks_;
  const std::shared_ptr<const rtc::DtlsContext> dtls_;
  rtc::SctpStack sctp_;
  rtc::IceCounters ice_;
  rtc::SessionTable<RtcSession> table_;
  std::unique_ptr<RtcTcp> tcp_;  // null: UDP alone
  std::vector<std::unique_ptr<RtcSession>> sessions_;
  std::vector<Turn> turns_;  // of the sessions, in their order
  uint64_t numbers_ = 0;     // of sessions ever made
  Notifier later_, gone_;
  size_t over_ = 0;
  bool blocked_ = false, tcp_waits_ = false;
  rtc::Address input_from_;  // of the datagram that is being read, and where it came to
  net::Address input_to_;
  EventLoop::TimerId timer_ = EventLoop::TimerId::none;
  Time armed_for_{};
  RtcMedia media_;  // last: its threads end before what they tell
};

}  // namespace sdr::transport
