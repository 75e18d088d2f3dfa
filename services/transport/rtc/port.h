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
#include "transport/rtc/session.h"
#include "transport/rtc/tcp.h"

// The one port of all sessions, UDP's and for those who need it TCP's of the same number: finds whose a datagram is,
// and gives frames out. A round (a frame to all sessions) is done in slices, between which the loop serves what else is
// ready; what a session sends leaves as few segmented sends, those of many sessions in one call. A session's memory is
// cold when its turn comes, and fetching it costs more than what is done with it: so all that a frame brings it is done
// in one visit, and whose turn it is stands in a table of its own.
//
// Thread: the loop's. Bounds: `sessions_max`, and the sender's megabyte: a socket that takes no more stops the round
// until it does. A datagram of nobody's changes a counter. In steady state nothing allocates.

namespace sdr::transport {

struct RtcPortMetrics {
  explicit RtcPortMetrics(Registry& registry);

  Gauge &sessions, &thinned, &low;
  Histogram& forward_latency;  // from the notice of a frame in the ring to the kernel having it for all sessions
  Counter &frames, &packets, &bytes;
  Counter &datagrams_in, &strangers, &dropped, &blocked;
};

class RtcPort final : private SessionEvents {
 public:
  struct Hooks {
    std::function<bool(RtcSession& session, const rtc::ChannelMessage& message)> on_message;
    std::function<void(RtcSession& session)> on_read_end;  ///< what a datagram held is taken
    std::function<void(RtcSession& session, rtc::PeerEnd end, std::string_view detail)> on_end;
    std::function<void(RtcSession& session)> on_gone;  ///< about to be destroyed
  };

  RtcPort(EventLoop& loop, Registry& registry, net::UdpSocket socket, std::shared_ptr<const rtc::DtlsContext> dtls,
          size_t sessions_max, Hooks hooks);
  /// Takes ICE-TCP connections too.
  void listen_tcp(FileDescriptor listener, bool loopback_is_free);
  ~RtcPort();

  const net::Address& address() const { return socket_.address(); }
  bool full() const { return sessions_.size() >= sessions_max_; }
  /// Credentials that nobody else here has. Error: the kernel has no random numbers.
  Result<rtc::IceCredentials> make_credentials();

  /// Takes a session in; `config.local` is of make_credentials(). The caller has asked full().
  RtcSession& add(std::string id, Commander& who, RtcFeed& feed, const rtc::PeerConfig& config);
  /// Says goodbye; it is destroyed in a later turn.
  void end(RtcSession& session);
  /// New credentials for an ICE restart.
  Result<rtc::IceCredentials> restart(RtcSession& session);
  rtc::SendResult send(RtcSession& session, rtc::Channel channel, std::span<const uint8_t> message, bool text);

  /// A layer of the feed has a new frame.
  void on_frame(RtcFeed& feed, size_t layer, uint64_t born_us);
  /// The feed has other layers.
  void on_layers(RtcFeed& feed);
  /// Every 250 ms: what the links of the sessions carry, for metrics.
  void show_links();
  /// Whether a session of the feed is on the lower layer or waits for it.
  bool low_used(const RtcFeed& feed) const;

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
  class Sink;
  class TcpSink;
  /// What is asked of every session each time.
  struct Turn {
    RtcSession* session = nullptr;
    const RtcFeed* feed = nullptr;
    Time due{};              // when the peer wants to be asked
    bool connected = false;  // frames are for it
    bool ready = false;      // something may be sent
    bool owed = false;       // `frame_`, before anything else
  };
  struct Frame {
    size_t layer = 0;
    uint64_t id = 0;
  };

  void on_ready(uint32_t epoll_events);
  void read();
  void take(std::span<const uint8_t> datagram, const rtc::Address& from, const net::Address& to);
  RtcSession* owner_of(const rtc::StunMessage& message, const rtc::Address& from) const;
  void after_input(RtcSession& session);
  void note(RtcSession& session);
  void set_ready(Turn& turn);
  void give(Turn& turn);
  void give_all_owed();
  void prefetch_next() const;
  void run_rounds();
  bool pull(Turn& turn);
  void on_timer();
  void arm();
  bool flush();

  void on_address(RtcSession& session, const rtc::Address& address) override;
  void on_address_forgotten(RtcSession& session, const rtc::Address& address) override;
  void on_credentials_retired(RtcSession& session, const rtc::IceCredentials& credentials) override;
  void on_datagram(RtcSession& session, const rtc::Address& to, std::span<const uint8_t> datagram) override;
  void on_connected(RtcSession& session) override;
  bool on_channel_message(RtcSession& session, const rtc::ChannelMessage& message) override;
  void on_end(RtcSession& session, rtc::PeerEnd end, std::string_view detail) override;

  EventLoop& loop_;
  Registry& registry_;
  RtcPortMetrics metrics_;
  net::UdpSocket socket_;
  net::UdpSender sender_;
  const size_t sessions_max_;
  Hooks hooks_;
  const std::shared_ptr<const rtc::DtlsContext> dtls_;
  rtc::SctpStack sctp_;
  rtc::IceCounters ice_;
  rtc::SessionTable<RtcSession> table_;
  std::unique_ptr<RtcTcp> tcp_;  // null: UDP alone
  std::vector<uint8_t> tcp_room_;
  std::vector<std::unique_ptr<RtcSession>> sessions_;
  std::vector<Turn> turns_;  // of the sessions, in their order
  Frame frame_;
  Notifier next_slice_, gone_;
  size_t cursor_ = 0, left_ = 0;  // whose turn it is, and how many are to be looked at before all have been
  size_t over_ = 0;
  bool blocked_ = false;
  rtc::Address input_from_;  // of the datagram that is being read, and where it came to
  net::Address input_to_;
  uint64_t round_born_us_ = 0;
  EventLoop::TimerId timer_ = EventLoop::TimerId::none;
  Time armed_for_{};
};

}  // namespace sdr::transport
