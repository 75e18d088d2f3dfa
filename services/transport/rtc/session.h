// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "net/socket.h"
#include "rtc/peer/peer.h"
#include "rtc/sctp/control_input.h"
#include "transport/commander.h"
#include "transport/rtc/feed.h"
#include "transport/rtc/media_session.h"

// One negotiated connection of a viewer, and whose it is.
//
// Thread: the loop's. Owned by RtcPort; destroyed in a turn of its own, never under the feet of a function that holds
// it.

namespace sdr::transport {

class RtcSession;

/// What a session's peer tells; see rtc::PeerEvents.
class SessionEvents {
 public:
  virtual void on_address(RtcSession& session, const rtc::Address& address) = 0;
  virtual void on_address_forgotten(RtcSession& session, const rtc::Address& address) = 0;
  virtual void on_credentials_retired(RtcSession& session, const rtc::IceCredentials& credentials) = 0;
  virtual void on_datagram(RtcSession& session, const rtc::Address& to, std::span<const uint8_t> datagram) = 0;
  virtual void on_connected(RtcSession& session, const rtc::SrtpKeys& keys) = 0;
  virtual bool on_channel_message(RtcSession& session, const rtc::ChannelMessage& message) = 0;
  virtual void on_end(RtcSession& session, rtc::PeerEnd end, std::string_view detail) = 0;

 protected:
  ~SessionEvents() = default;
};

/// Where a session's video leaves.
struct MediaPlace {
  MediaSession* handle = nullptr;  ///< a name for whoever has it; null: no video flows
  size_t lane = 0;
  MediaWay told;  ///< the way that the lane knows
};

class RtcSession final : private rtc::PeerEvents {
 public:
  /// `who` outlives it, or takes itself away.
  RtcSession(uint64_t session_number, std::string session_id, Commander& who, RtcFeed& video, SessionEvents& owner)
      : number(session_number), id(std::move(session_id)), commander(&who), feed(&video), owner_(owner) {}

  void start(const rtc::PeerConfig& config, const rtc::PeerShared& shared, Time now) {
    rtc::PeerEvents& events = *this;
    peer_.emplace(config, shared, events, now);
  }
  rtc::Peer& peer() { return *peer_; }
  const rtc::Peer& peer() const { return *peer_; }

  const uint64_t number;  // nobody else has ever had
  const std::string id;
  Commander* commander;
  RtcFeed* feed;
  std::string mid;  // of the section that the bundle is named after
  rtc::ControlInput input;

  MediaWay way;                                  // between the selected address and us
  std::optional<rtc::MediaConfig> media_config;  // nothing: no video was agreed on, or it is over
  MediaPlace media;
  size_t turn = 0;  // its place in the port's order
  Time created{};
  bool over = false;           // to be destroyed
  bool commands_wait = false;  // a command was refused for now: to be offered again

 private:
  void on_address(const rtc::Address& address) override { owner_.on_address(*this, address); }
  void on_address_forgotten(const rtc::Address& address) override { owner_.on_address_forgotten(*this, address); }
  void on_credentials_retired(const rtc::IceCredentials& credentials) override {
    owner_.on_credentials_retired(*this, credentials);
  }
  void on_datagram(const rtc::Address& to_address, std::span<const uint8_t> datagram) override {
    owner_.on_datagram(*this, to_address, datagram);
  }
  void on_connected(const rtc::SrtpKeys& keys) override { owner_.on_connected(*this, keys); }
  void on_channel_open(rtc::Channel) override {}  // is_open() is asked when there is something to send
  bool on_channel_message(const rtc::ChannelMessage& message) override {
    return owner_.on_channel_message(*this, message);
  }
  void on_channel_closed(rtc::Channel) override {}
  void on_end(rtc::PeerEnd end, std::string_view detail) override { owner_.on_end(*this, end, detail); }

  SessionEvents& owner_;
  std::optional<rtc::Peer> peer_;
};

}  // namespace sdr::transport
