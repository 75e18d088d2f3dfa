// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/srtp_receiver.h"

#include "rtc/srtp/packet.h"

namespace sdr::rtc {

SrtpReceiver::SrtpReceiver(SrtpProfile profile, const SrtpMasterKey& master)
    : SrtpReceiver(derive_session_keys(profile, master)) {}

SrtpReceiver::SrtpReceiver(const SessionKeys& keys) : transform_(SrtpTransform::create(keys, Direction::kOpen)) {}

Result<std::span<uint8_t>> SrtpReceiver::unprotect(std::span<uint8_t> packet) {
  const auto header_bytes = rtp_header_bytes(packet);
  if (!header_bytes || packet.size() < *header_bytes + transform_->rtp_overhead()) return Error(SrtpErrc::kMalformed);
  const uint32_t ssrc = rtp_ssrc(packet);
  const uint16_t sequence = rtp_sequence(packet);
  Result<Source*> source = source_of(ssrc);
  if (!source) return source.error();
  const ReplayWindow* const window = *source != nullptr && (*source)->rtp.any() ? &(*source)->rtp : nullptr;
  const uint64_t index = window != nullptr ? estimate_index(window->newest(), sequence) : sequence;
  if (index >= kRtpIndexEnd || (window != nullptr && !window->accepts(index))) return Error(SrtpErrc::kReplayed);
  if (!transform_->open_rtp(packet, *header_bytes, index)) return Error(SrtpErrc::kNotAuthentic);
  enter(*source, ssrc, &Source::rtp, index);
  return packet.first(packet.size() - transform_->rtp_overhead());
}

Result<std::span<uint8_t>> SrtpReceiver::unprotect_rtcp(std::span<uint8_t> packet) {
  if (packet.size() < kRtcpHeaderBytes + transform_->rtcp_overhead() || packet[0] >> 6 != 2) {
    return Error(SrtpErrc::kMalformed);
  }
  const uint32_t ssrc = rtcp_ssrc(packet);
  const uint32_t word = transform_->rtcp_index_word(packet);
  if ((word & kRtcpEncrypted) == 0) return Error(SrtpErrc::kNotEncrypted);
  const uint32_t index = word & ~kRtcpEncrypted;
  Result<Source*> source = source_of(ssrc);
  if (!source) return source.error();
  if (*source != nullptr && !(*source)->rtcp.accepts(index)) return Error(SrtpErrc::kReplayed);
  if (!transform_->open_rtcp(packet)) return Error(SrtpErrc::kNotAuthentic);
  enter(*source, ssrc, &Source::rtcp, index);
  return packet.first(packet.size() - transform_->rtcp_overhead());
}

// The source's place, or null where a first packet may claim one.
Result<SrtpReceiver::Source*> SrtpReceiver::source_of(uint32_t ssrc) {
  for (size_t i = 0; i < source_count_; ++i) {
    if (sources_[i].ssrc == ssrc) return &sources_[i];
  }
  if (source_count_ == sources_.size()) return Error(SrtpErrc::kTooManySources);
  return static_cast<Source*>(nullptr);
}

void SrtpReceiver::enter(Source* source, uint32_t ssrc, ReplayWindow Source::*window, uint64_t index) {
  if (source == nullptr) {
    source = &sources_[source_count_++];
    source->ssrc = ssrc;
  }
  (source->*window).enter(index);
}

}  // namespace sdr::rtc
