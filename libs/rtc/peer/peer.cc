// SPDX-License-Identifier: Apache-2.0
#include "rtc/peer/peer.h"

namespace sdr::rtc {

std::string_view to_string(PeerEnd end) {
  switch (end) {
    case PeerEnd::kNeverConnected:
      return "it never connected";
    case PeerEnd::kConsentLost:
      return "it is not heard of any more";
    case PeerEnd::kLeft:
      return "it left";
    case PeerEnd::kFailed:
      return "it failed";
  }
  return "unknown";
}

DatagramKind kind_of(std::span<const uint8_t> datagram) {
  if (datagram.size() < 2) return DatagramKind::kUnknown;
  if (datagram[0] < 4) return DatagramKind::kStun;
  if (datagram[0] >= 20 && datagram[0] < 64) return DatagramKind::kDtls;
  if (datagram[0] < 128 || datagram[0] >= 192) return DatagramKind::kUnknown;
  // RFC 5761 section 4: payload types 64 to 95 are not used by RTP where both share a port.
  return datagram[1] >= 192 && datagram[1] < 224 ? DatagramKind::kRtcp : DatagramKind::kRtp;
}

Peer::Peer(const PeerConfig& config, const PeerShared& shared, PeerEvents& events, Time now)
    : config_(config),
      shared_(shared),
      events_(events),
      ice_(config.ice, config.local, *this, shared.ice, now),
      now_(now),
      connect_by_(now + config.connect_max) {}

Peer::~Peer() { ice_.close(); }

void Peer::on_stun(const StunMessage& message, const Address& from, Time now) {
  if (ended_) return;
  now_ = now;
  StunAnswerBuffer buffer;
  const std::span<const uint8_t> answer = ice_.on_stun(message, from, now, buffer);
  if (!answer.empty()) events_.on_datagram(from, answer);
}

void Peer::on_authentic(const Address& from) {
  if (!admits(from)) return;
  ice_.on_packet(from, true);
  if (dtls_) dtls_->on_authentic();
}

bool Peer::on_dtls(std::span<const uint8_t> datagram, const Address& from, Time now) {
  if (!admits(from)) return false;
  now_ = now;
  if (!dtls_) {
    DtlsObserver& observer = *this;
    dtls_ = std::make_unique<Dtls>(shared_.dtls, config_.dtls, observer);
    dtls_->start(now);
  }
  authentic_ = false;
  dtls_->on_datagram(datagram, now);
  if (ended_) return true;
  ice_.on_packet(from, authentic_);
  return true;
}

void Peer::on_time(Time now) {
  if (ended_) return;
  now_ = now;
  if (!connected_ && now >= connect_by_) return end(PeerEnd::kNeverConnected, "");
  ice_.on_time(now);
  if (dtls_ && !ended_) dtls_->on_time(now);
  if (connected_ && config_.data && !channels_gone_ && !ended_) channels_.on_time(now);
}

SendResult Peer::send(Channel channel, std::span<const uint8_t> message, bool text) {
  if (ended_ || channels_gone_ || !connected_) return SendResult::closed;
  return channels_.send(channel, message, text);
}

void Peer::resume(Time now) {
  if (ended_ || channels_gone_ || !connected_) return;
  now_ = now;
  channels_.resume();
}

void Peer::close(Time now) {
  if (ended_) return;
  now_ = now;
  if (connected_ && config_.data && !channels_gone_) channels_.abort();
  if (dtls_) dtls_->close();
  ended_ = true;
  ice_.close();
}

Time Peer::next_time() const {
  Time next = connected_ ? Time::max() : connect_by_;
  const auto sooner = [&next](const std::optional<Time>& time) {
    if (time && *time < next) next = *time;
  };
  sooner(ice_.next_time());
  if (dtls_) sooner(dtls_->next_time());
  if (connected_ && config_.data && !channels_gone_) sooner(channels_.next_time());
  return next;
}

void Peer::on_end(IceEnd why) {
  end(why == IceEnd::kNeverConnected ? PeerEnd::kNeverConnected : PeerEnd::kConsentLost, "");
}

void Peer::on_dtls_datagram(std::span<const uint8_t> datagram) {
  if (ice_.selected()) events_.on_datagram(*ice_.selected(), datagram);
}

void Peer::on_dtls_connected(const SrtpKeys& keys) {
  authentic_ = true;
  connected_ = true;
  if (config_.data && !channels_.start(shared_.sctp, {}, now_)) channels_gone_ = true;
  events_.on_connected(keys);
}

void Peer::on_dtls_message(std::span<const uint8_t> message) {
  authentic_ = true;
  if (config_.data && !channels_gone_) channels_.on_packet(message, now_);
}

void Peer::on_dtls_end(DtlsEnd why, std::string_view detail) {
  if (why == DtlsEnd::kClosedByPeer) return end(PeerEnd::kLeft, "");
  const bool late = why == DtlsEnd::kTimedOut;
  end(late ? PeerEnd::kNeverConnected : PeerEnd::kFailed, detail.empty() ? to_string(why) : detail);
}

void Peer::on_packet_out(std::span<const uint8_t> packet) {
  // What the library cannot send is lost, as on a network: SCTP repeats what matters.
  if (dtls_) (void)dtls_->send(packet);
}

void Peer::on_channels_gone(SctpEnd) { channels_gone_ = true; }

void Peer::end(PeerEnd why, std::string_view detail) {
  if (ended_) return;
  ended_ = true;
  events_.on_end(why, detail);
}

}  // namespace sdr::rtc
