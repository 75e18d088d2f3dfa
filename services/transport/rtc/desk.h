// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtc/sdp/session_description.h"
#include "rtc/sdp/whep.h"
#include "schema/types.h"
#include "transport/cameras.h"
#include "transport/options.h"
#include "transport/rtc/port.h"

// Negotiation: an offer becomes an answer and a session, whichever way it came (0x03 over a WebSocket, WHEP), and a
// session ends with whoever negotiated it. Feeds, one per camera that somebody watches this way, are kept here.
//
// Thread: the loop's. Bounds: kSessionsPerClient, of which the oldest goes for a new one; the port's sessions in all.
// Errors: what is wrong with an offer is said to who sent it. Without a UDP port (`webrtc = false`) there is none of
// it.

namespace sdr::transport {

class RtcDesk {
 public:
  static constexpr size_t kSessionsPerClient = 2;

  struct Hooks {
    std::function<bool(RtcSession& session, const rtc::ChannelMessage& message)> on_message;
    std::function<void(RtcSession& session)> on_read_end;
    std::function<void(const Camera& camera, bool keyframe)> want_low;
    /// The server ends it: the client is told.
    std::function<void(RtcSession& session, std::string_view why)> on_close;
    std::function<void(RtcSession& session)> on_gone;  ///< about to be destroyed, and its commander not told yet
  };

  /// Errors: an address that is not to be had, or announced and none, is a ConfigError.
  RtcDesk(EventLoop& loop, Registry& registry, Cameras& cameras, const TransportOptions& options, Hooks hooks);
  ~RtcDesk();

  bool enabled() const { return port_ != nullptr; }
  const net::Address& address() const { return port_->address(); }
  RtcPort& port() { return *port_; }

  struct Answered {
    RtcSession* session = nullptr;
    std::string sdp;
  };
  /// Error: what is wrong, in words for who offered. The caller has asked enabled().
  Result<Answered> offer(Commander& who, const std::string& sdp, Camera& camera);
  /// Null where this commander has no such session.
  RtcSession* find(std::string_view id, const Commander* who = nullptr);
  void close(RtcSession& session);
  /// New credentials as an SDP fragment.
  Result<std::string> restart(RtcSession& session);
  /// This commander is gone: so are its sessions.
  void leave(const Commander& who);

  /// The newest session of a commander's with that channel open; null: none.
  RtcSession* with_channel(const Commander& who, rtc::Channel channel);
  rtc::SendResult send(RtcSession& session, rtc::Channel channel, std::span<const uint8_t> message, bool text) {
    return port_->send(session, channel, message, text);
  }
  template <typename Function>
  void for_each(Function function) {
    if (port_) port_->for_each(function);
  }

  /// A frame of a camera's; see Camera::Hooks::on_frame.
  void on_frame(Camera& camera, const VideoMessage& frame);
  /// Every 250 ms.
  void tick();
  const std::vector<rtc::IceServer>& ice_servers() const { return ice_servers_; }

 private:
  RtcFeed& feed_of(Camera& camera);
  void close_feeds();
  void make_room_for(const Commander& who);
  void on_codec(RtcFeed& feed);
  void want_keyframe(uint32_t feed, size_t layer);

  EventLoop& loop_;
  Cameras& cameras_;
  Hooks hooks_;
  std::vector<rtc::IceServer> ice_servers_;
  std::vector<rtc::Candidate> candidates_;
  std::shared_ptr<const rtc::DtlsContext> dtls_;
  std::vector<std::unique_ptr<RtcFeed>> feeds_;  // before the port, whose sessions refer to them
  std::unique_ptr<RtcPort> port_;
  uint32_t feeds_made_ = 0;
  Counter &offers_, &refused_;
};

/// "stun:HOST:PORT", or "turn:HOST:PORT USER CREDENTIAL".
Result<rtc::IceServer> parse_ice_server(const std::string& text);

}  // namespace sdr::transport
