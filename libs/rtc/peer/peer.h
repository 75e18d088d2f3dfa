// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "rtc/dtls/dtls.h"
#include "rtc/ice/ice_agent.h"
#include "rtc/sctp/data_channels.h"
#include "rtc/srtp/keys.h"

// One viewer over WebRTC: ICE finds it, DTLS proves that it is the one who signalled, SCTP carries the two data
// channels. Joins the state machines of this library; still bytes and a time in, bytes, events and the next time-out
// out. Whose datagram it is the owner decides (SessionTable), and what kind it is kind_of() here. Video is MediaPath's,
// which the owner makes of the keys that DTLS gives: it costs the most, and may be on another thread.
//
// Thread: one, that of the SctpStack. Memory grows with what a viewer has proved: 1 kB from the offer on, DTLS with its
// first authenticated STUN request, channels when DTLS is up. Bounds: connect_max from the offer to the end of DTLS,
// then ICE's consent. Failure: one on_end(), and nothing after it.

namespace sdr::rtc {

enum class PeerEnd : uint8_t {
  kNeverConnected,  ///< no authenticated STUN, or no end of DTLS, in time
  kConsentLost,     ///< it asks no more
  kLeft,            ///< it said goodbye
  kFailed,          ///< it broke a protocol, or is not the one who signalled
};
std::string_view to_string(PeerEnd end);

/// What a peer tells its owner, from within any of its functions; must not destroy it. The first four must not call it.
class PeerEvents {
 public:
  virtual void on_address(const Address& address) = 0;
  virtual void on_address_forgotten(const Address& address) = 0;
  virtual void on_credentials_retired(const IceCredentials& credentials) = 0;
  /// To be sent at once, before any video.
  virtual void on_datagram(const Address& to, std::span<const uint8_t> datagram) = 0;

  /// Video may flow from now on, protected with these keys, and channels may open.
  virtual void on_connected(const SrtpKeys& keys) = 0;
  virtual void on_channel_open(Channel channel) = 0;
  /// As DataChannelEvents::on_channel_message().
  virtual bool on_channel_message(const ChannelMessage& message) = 0;
  virtual void on_channel_closed(Channel channel) = 0;
  virtual void on_end(PeerEnd end, std::string_view detail) = 0;

 protected:
  ~PeerEvents() = default;
};

struct PeerConfig {
  IceConfig ice;
  IceCredentials local;
  DtlsOptions dtls;   ///< the fingerprints that were signalled
  bool data = false;  ///< data channels were agreed on
  Duration connect_max = std::chrono::seconds(15);
};

/// What peers of one thread share.
struct PeerShared {
  std::shared_ptr<const DtlsContext> dtls;
  SctpStack& sctp;
  IceCounters& ice;
};

/// RFC 7983: what kind of datagram this is, by its first byte.
enum class DatagramKind : uint8_t { kStun, kDtls, kRtp, kRtcp, kUnknown };
DatagramKind kind_of(std::span<const uint8_t> datagram);

class Peer final : private IceEvents, private DtlsObserver, private DataChannelEvents {
 public:
  Peer(const PeerConfig& config, const PeerShared& shared, PeerEvents& events, Time now);
  ~Peer() override;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void on_stun(const StunMessage& message, const Address& from, Time now);
  /// False where it was dropped: from an address that proved nothing.
  bool on_dtls(std::span<const uint8_t> datagram, const Address& from, Time now);
  /// A datagram of SRTCP from there, where admits() says so, was found authentic and new.
  void on_authentic(const Address& from);
  /// Whether on_authentic() would be of use wherever the datagram came from.
  bool wants_authentic() const { return dtls_ && dtls_->wants_authentic(); }
  void on_time(Time now);

  SendResult send(Channel channel, std::span<const uint8_t> message, bool text);
  bool is_open(Channel channel) const { return channels_.is_open(channel); }
  /// Held commands are offered again.
  void resume(Time now);
  /// New credentials; the old ones hold until the first request with these (RFC 8445 section 9).
  void restart(const IceCredentials& local) { ice_.restart(local); }
  /// Says goodbye and takes back all addresses; on_end() does not follow.
  void close(Time now);

  /// Where to send; nothing before the first STUN request and after the end.
  const std::optional<Address>& selected() const { return ice_.selected(); }
  /// What comes from there may be this viewer's.
  bool admits(const Address& from) const { return !ended_ && ice_.knows(from); }
  const IceCredentials& credentials() const { return ice_.local(); }
  bool connected() const { return connected_; }
  bool ended() const { return ended_; }
  const ChannelCounts& channel_counts() const { return channels_.counts(); }
  /// When on_time() is to be called, if nothing happens before.
  Time next_time() const;

 private:
  void on_address(const Address& address) override { events_.on_address(address); }
  void on_address_forgotten(const Address& address) override { events_.on_address_forgotten(address); }
  void on_selected(const Address&) override {}
  void on_credentials_retired(const IceCredentials& credentials) override {
    events_.on_credentials_retired(credentials);
  }
  void on_end(IceEnd end) override;

  void on_dtls_datagram(std::span<const uint8_t> datagram) override;
  void on_dtls_connected(const SrtpKeys& keys) override;
  void on_dtls_message(std::span<const uint8_t> message) override;
  void on_dtls_end(DtlsEnd end, std::string_view detail) override;

  void on_packet_out(std::span<const uint8_t> packet) override;
  void on_channel_open(Channel channel) override { events_.on_channel_open(channel); }
  bool on_channel_message(const ChannelMessage& message) override { return events_.on_channel_message(message); }
  void on_channel_closed(Channel channel, ChannelEnd) override { events_.on_channel_closed(channel); }
  void on_channels_gone(SctpEnd end) override;

  void end(PeerEnd why, std::string_view detail);

  const PeerConfig config_;
  const PeerShared shared_;
  PeerEvents& events_;
  IceAgent ice_;
  std::unique_ptr<Dtls> dtls_;
  DataChannels channels_{*this};
  Time now_;  // of the call that is going on, for what is called back
  const Time connect_by_;
  bool connected_ = false, authentic_ = false, channels_gone_ = false, ended_ = false;
};

}  // namespace sdr::rtc
