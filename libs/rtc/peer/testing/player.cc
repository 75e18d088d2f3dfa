// SPDX-License-Identifier: Apache-2.0
#include "rtc/peer/testing/player.h"

#include <algorithm>

#include "rtc/ice/credentials.h"
#include "rtc/peer/peer.h"
#include "rtc/rtp/rtcp.h"
#include "rtc/rtp/rtcp_writer.h"
#include "rtc/sdp/errc.h"

namespace sdr::rtc::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kCheckInterval = milliseconds(50);  // until the first answer (RFC 8445 14.2)
constexpr Duration kConsentTimeout = seconds(30);      // RFC 7675 5.1
constexpr Duration kReportInterval = seconds(1);
constexpr uint32_t kOwnSsrc = 1, kPriority = 0x6E7F'1EFF;
constexpr std::string_view kUfrag = "plyr", kPassword = "thePasswordOfAPlayer0000";

void without_feedback(SessionDescription& offer) {
  for (MediaSection& section : offer.media) {
    std::erase_if(section.extensions, [](const auto& each) { return each.uri == kTransportSequenceUri; });
    for (RtpFormat& format : section.rtp) std::erase(format.feedback, "transport-cc");
  }
}

}  // namespace

Player::Player(Options options) : options_(std::move(options)), random_(options_.seed) {
  OfferOptions wanted;
  wanted.session_id = std::to_string(options_.seed);
  wanted.local.ice_ufrag = kUfrag;
  wanted.local.ice_password = kPassword;
  wanted.local.fingerprints = {options_.dtls->fingerprint().to_string()};
  wanted.data = options_.sctp != nullptr;
  offer_ = make_offer(wanted);
  if (!options_.feedback) without_feedback(offer_);
}

Status Player::accept(std::string_view answer, Time now) {
  const auto parsed = parse_sdp(answer);
  if (!parsed) return parsed.error();
  const auto accepted = accept_answer(offer_, parsed.value());
  if (!accepted) return accepted.error();
  negotiated_ = accepted.value();
  for (const std::string& text : negotiated_.remote.fingerprints) {
    if (const auto fingerprint = Fingerprint::parse(text)) fingerprints_.push_back(fingerprint.value());
  }
  if (fingerprints_.empty()) return Error(SdpErrc::kNoTransport);
  for (const MediaSection& section : parsed.value().media) {
    if (candidates_.empty()) candidates_ = section.candidates;
    if (section.kind != "video" || section.sources.empty()) continue;
    media_ssrc_ = section.sources.front().ssrc;
    for (const SourceGroup& group : section.source_groups) {
      if (group.semantics == "FID" && group.ssrcs.size() == 2) repair_ssrc_ = group.ssrcs[1];
    }
  }
  next_check_ = last_answer_ = now;
  return Status();
}

void Player::on_datagram(std::span<const uint8_t> datagram, Time now) {
  if (!ended_.empty()) return;
  now_ = now;
  switch (kind_of(datagram)) {
    case DatagramKind::kStun:
      on_stun(datagram, now);
      break;
    case DatagramKind::kDtls:
      if (dtls_) dtls_->on_datagram(datagram, now);
      break;
    case DatagramKind::kRtp:
    case DatagramKind::kRtcp:
      on_media(datagram, kind_of(datagram) == DatagramKind::kRtcp, now);
      break;
    case DatagramKind::kUnknown:
      ++not_authentic_;
  }
  go_on(now);
}

void Player::on_stun(std::span<const uint8_t> datagram, Time now) {
  const auto message = parse_stun(datagram);
  const bool is_answer = message && message->message_class == StunClass::kSuccess &&
                         message->transaction == transaction_ &&
                         has_valid_integrity(message.value(), negotiated_.remote.ice_password);
  if (!is_answer) {
    ++not_authentic_;
    return;
  }
  ++answers_;
  last_answer_ = now;
  next_check_ = now + options_.consent_interval;
  if (dtls_) return;
  DtlsObserver& observer = *this;
  dtls_ =
      std::make_unique<Dtls>(options_.dtls, DtlsOptions{.role = DtlsRole::kClient, .peer = fingerprints_}, observer);
  dtls_->start(now);
}

void Player::on_media(std::span<const uint8_t> datagram, bool is_control, Time now) {
  if (!receiver_ || options_.counts_only) return;
  std::array<uint8_t, 2048> copy;
  const auto end = std::copy_n(datagram.begin(), std::min(datagram.size(), copy.size()), copy.begin());
  const std::span packet(copy.begin(), end);
  const auto opened = is_control ? receiver_->unprotect_rtcp(packet) : receiver_->unprotect(packet);
  if (!opened) {
    ++not_authentic_;
    return;
  }
  RtcpWalk walk(opened.value());
  while (is_control) {
    const auto each = walk.next();
    if (!each) break;
    if (each->type == RtcpType::kBye) ++goodbyes_;
  }
  if (browser_) browser_->on_datagram(opened.value(), now);
}

void Player::on_time(Time now) {
  if (!ended_.empty()) return;
  now_ = now;
  if (next_check_ != Time::max() && now - last_answer_ >= kConsentTimeout) {
    ended_ = "the server does not answer";
    return;
  }
  if (now >= next_check_) send_check(now);
  if (dtls_) dtls_->on_time(now);
  if (browser_) browser_->on_time(now);
  if (has_channels()) channels_.on_time(now);
  if (connected() && options_.counts_only && now >= next_report_) send_plain_report();
  go_on(now);
}

// What became possible by what came in.
void Player::go_on(Time) {
  if (has_channels() && channels_.is_up() && !channels_asked_) {
    channels_asked_ = channels_.open(Channel::control) && channels_.open(Channel::commands);
  }
  if (!browser_ || !sender_) return;
  for (const auto& control : browser_->take_control()) send_control(control);
}

Time Player::next_time() const {
  Time next = next_check_;
  if (dtls_ && dtls_->next_time()) next = std::min(next, *dtls_->next_time());
  if (browser_) next = std::min(next, browser_->next_time());
  if (connected() && options_.counts_only) next = std::min(next, next_report_);
  if (has_channels() && channels_.next_time()) next = std::min(next, *channels_.next_time());
  return ended_.empty() ? next : Time::max();
}

void Player::send_check(Time now) {
  for (uint8_t& byte : transaction_) byte = static_cast<uint8_t>(random_());
  std::array<uint8_t, 256> memory;
  StunWriter writer(memory, StunClass::kRequest, kStunBinding, transaction_);
  writer.add_text(StunAttribute::kUsername, negotiated_.remote.ice_ufrag + ":" + std::string(kUfrag));
  writer.add_u32(StunAttribute::kPriority, kPriority);
  writer.add_u64(StunAttribute::kIceControlling, options_.seed);
  writer.add_flag(StunAttribute::kUseCandidate);
  writer.add_integrity(negotiated_.remote.ice_password);
  writer.add_fingerprint();
  options_.send(writer.finish());
  next_check_ = now + (answers_ == 0 ? kCheckInterval : std::max(kCheckInterval, options_.round_trip * 2));
}

void Player::ask_again(Time now) {
  now_ = now;
  send_check(now);
  if (sender_) send_plain_report();
}

void Player::restart(std::string ufrag, std::string password, Time now) {
  negotiated_.remote.ice_ufrag = std::move(ufrag);
  negotiated_.remote.ice_password = std::move(password);
  send_check(now);
}

void Player::close() {
  if (!ended_.empty()) return;
  if (has_channels()) channels_.abort();
  if (dtls_) dtls_->close();
  ended_ = "closed";
}

SendResult Player::send(Channel channel, std::span<const uint8_t> message, bool text) {
  return has_channels() ? channels_.send(channel, message, text) : SendResult::closed;
}

SendResult Player::send(Channel channel, const std::string& message, bool text) {
  return send(channel, std::span(reinterpret_cast<const uint8_t*>(message.data()), message.size()), text);
}

void Player::send_control(std::span<const uint8_t> packet) {
  std::array<uint8_t, 2048> out;
  if (const auto bytes = sender_->protect_rtcp(packet, out)) options_.send(std::span(out).first(bytes.value()));
}

void Player::send_plain_report() {
  next_report_ = now_ + kReportInterval;
  ReportBlock block;
  block.ssrc = media_ssrc_;
  block.highest_sequence = counted_sequence_.value_or(0);
  std::array<uint8_t, 128> memory;
  ByteWriter writer(memory);
  write_receiver_report(writer, kOwnSsrc, counted_sequence_ ? std::span(&block, 1) : std::span<ReportBlock>());
  send_control(std::span(memory).first(writer.size()));
}

void Player::on_dtls_datagram(std::span<const uint8_t> datagram) { options_.send(datagram); }

void Player::on_dtls_connected(const SrtpKeys& keys) {
  sender_.emplace(keys.profile, keys.local);
  receiver_.emplace(keys.profile, keys.remote);
  next_report_ = now_ + kReportInterval;
  if (negotiated_.video && !options_.counts_only) {
    Browser::Options watching;
    watching.media_ssrc = media_ssrc_;
    watching.repair_ssrc = repair_ssrc_;
    watching.extensions = negotiated_.video->extensions;
    watching.round_trip = options_.round_trip;
    watching.sends_feedback = options_.feedback;
    browser_.emplace(watching);
  }
  const bool wants_data = options_.sctp != nullptr && negotiated_.data;
  channels_gone_ = !wants_data || !channels_.start(*options_.sctp, {.begins = true, .first_stream = 0}, now_);
}

void Player::on_dtls_message(std::span<const uint8_t> message) {
  if (has_channels()) channels_.on_packet(message, now_);
}

void Player::on_dtls_end(DtlsEnd end, std::string_view) { ended_ = to_string(end); }

void Player::on_packet_out(std::span<const uint8_t> packet) {
  if (dtls_) (void)dtls_->send(packet);
}

bool Player::on_channel_message(const ChannelMessage& message) {
  if (on_message) {
    on_message(message);
  } else {
    messages.push_back({message.channel, std::string(message.bytes.begin(), message.bytes.end()), message.text});
  }
  return true;
}

}  // namespace sdr::rtc::testing
