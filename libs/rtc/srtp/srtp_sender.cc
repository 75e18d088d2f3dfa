// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/srtp_sender.h"

#include "rtc/srtp/packet.h"
#include "rtc/srtp/packet_index.h"

namespace sdr::rtc {

SrtpSender::SrtpSender(SrtpProfile profile, const SrtpMasterKey& master)
    : SrtpSender(derive_session_keys(profile, master)) {}

SrtpSender::SrtpSender(const SessionKeys& keys) : transform_(SrtpTransform::create(keys, Direction::kSeal)) {}

Result<size_t> SrtpSender::protect(std::span<const uint8_t> header, std::span<const uint8_t> payload,
                                   std::span<uint8_t> out) {
  if (rtp_header_bytes(header) != header.size()) return Error(SrtpErrc::kMalformed);
  const size_t bytes = header.size() + payload.size() + transform_->rtp_overhead();
  SDR_ASSERT_OP(bytes, <=, out.size());
  const Result<uint64_t> index = next_index(rtp_ssrc(header), rtp_sequence(header));
  if (!index) return index.error();
  transform_->seal_rtp(header, payload, *index, out.data());
  return bytes;
}

Result<size_t> SrtpSender::protect_rtcp(std::span<const uint8_t> packet, std::span<uint8_t> out) {
  if (packet.size() < kRtcpHeaderBytes || packet[0] >> 6 != 2) return Error(SrtpErrc::kMalformed);
  const size_t bytes = packet.size() + transform_->rtcp_overhead();
  SDR_ASSERT_OP(bytes, <=, out.size());
  if (rtcp_index_ >= kRtcpIndexEnd) return Error(SrtpErrc::kKeyExhausted);
  transform_->seal_rtcp(packet, rtcp_index_++, out.data());
  return bytes;
}

void SrtpSender::skip_to_rtcp_index(uint32_t index) {
  SDR_ASSERT_OP(index, >=, rtcp_index_);
  rtcp_index_ = index;
}

Result<uint64_t> SrtpSender::next_index(uint32_t ssrc, uint16_t sequence) {
  for (size_t i = 0; i < source_count_; ++i) {
    Source& source = sources_[i];
    if (source.ssrc != ssrc) continue;
    const uint64_t index = estimate_index(source.newest, sequence);
    if (index <= source.newest) return Error(SrtpErrc::kReused);
    if (index >= kRtpIndexEnd) return Error(SrtpErrc::kKeyExhausted);
    return source.newest = index;
  }
  if (source_count_ == sources_.size()) return Error(SrtpErrc::kTooManySources);
  sources_[source_count_++] = {ssrc, sequence};
  return uint64_t{sequence};
}

}  // namespace sdr::rtc
