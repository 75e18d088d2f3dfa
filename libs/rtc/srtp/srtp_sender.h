// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/prefetch.h"
#include "base/result.h"
#include "rtc/srtp/errc.h"
#include "rtc/srtp/session_keys.h"
#include "rtc/srtp/transform.h"

// Protects what goes to one peer, RTP and RTCP (RFC 3711, RFC 7714). A frame is packetised once for all peers, so the
// payload is shared and only read: it is encrypted on its way into the caller's send buffer, behind a header that is
// the peer's own.
//
// Thread: one at a time. Owns its keys, about 3 KB, made at construction; protecting allocates nothing. Bounded to
// kSrtpSourcesMax sources. A key stream that is used twice gives away both packets and, with GCM, the means to forge
// others, so per source sequence numbers must grow: a packet is never protected a second time, repeats go out as RTX.

namespace sdr::rtc {

/// Sources (SSRCs) that one direction of one peer may have: a picture and its RTX for a few layers.
inline constexpr size_t kSrtpSourcesMax = 8;

class SrtpSender {
 public:
  SrtpSender(SrtpProfile profile, const SrtpMasterKey& master);
  /// With given session keys, as the test vectors of RFC 7714 have them.
  explicit SrtpSender(const SessionKeys& keys);

  /// Bytes by which a protected packet is longer.
  size_t rtp_overhead() const { return transform_->rtp_overhead(); }
  size_t rtcp_overhead() const { return transform_->rtcp_overhead(); }

  /// `header` is a whole RTP header with its extensions, `payload` what follows it. Writes the protected packet to
  /// `out`, which overlaps neither and has room for both and rtp_overhead(); gives its bytes. The rollover counter
  /// begins at 0 with a source's first packet and grows when its sequence numbers turn over. Let these begin below
  /// 2^15, so that a receiver that misses the first packets still knows which turn it is. Errors: kMalformed, kReused,
  /// kTooManySources, kKeyExhausted; nothing is written then.
  Result<size_t> protect(std::span<const uint8_t> header, std::span<const uint8_t> payload, std::span<uint8_t> out);

  /// `packet` is a compound RTCP packet. As above with rtcp_overhead(). Errors: kMalformed, kKeyExhausted.
  Result<size_t> protect_rtcp(std::span<const uint8_t> packet, std::span<uint8_t> out);

  /// Asks for the keys' memory, of which this has the address.
  void prefetch_keys() const { sdr::prefetch(transform_.get(), kTransformBytes); }

  /// Goes on at this index instead of the next one, forwards only. For the test vectors.
  void skip_to_rtcp_index(uint32_t index);

 private:
  static constexpr size_t kTransformBytes = 64;
  struct Source {
    uint32_t ssrc = 0;
    uint64_t newest = 0;
  };

  Result<uint64_t> next_index(uint32_t ssrc, uint16_t sequence);

  std::unique_ptr<SrtpTransform> transform_;
  std::array<Source, kSrtpSourcesMax> sources_;
  size_t source_count_ = 0;
  uint32_t rtcp_index_ = 0;
};

}  // namespace sdr::rtc
