// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "rtc/srtp/errc.h"
#include "rtc/srtp/packet_index.h"
#include "rtc/srtp/srtp_sender.h"
#include "rtc/srtp/transform.h"

// Opens what one peer sends, RTP and RTCP (RFC 3711 section 3.3, RFC 7714): each packet is found authentic before it is
// believed, and taken once. Of a viewer that is RTCP alone, but nothing here depends on that.
//
// Thread: one at a time. Owns its keys and replay windows of 128 packets, about 3 KB, made at construction; opening
// allocates nothing. Bounded to kSrtpSourcesMax sources, which only authentic packets can claim. A refused packet
// changes nothing here; its own bytes are meaningless afterwards.

namespace sdr::rtc {

class SrtpReceiver {
 public:
  SrtpReceiver(SrtpProfile profile, const SrtpMasterKey& master);
  explicit SrtpReceiver(const SessionKeys& keys);

  /// Opens an SRTP packet in place and gives the RTP packet that it held, a part of the same memory. Errors:
  /// kMalformed, kReplayed, kNotAuthentic, kTooManySources.
  Result<std::span<uint8_t>> unprotect(std::span<uint8_t> packet);

  /// The same for an SRTCP packet; also kNotEncrypted.
  Result<std::span<uint8_t>> unprotect_rtcp(std::span<uint8_t> packet);

 private:
  struct Source {
    uint32_t ssrc = 0;
    ReplayWindow rtp;
    ReplayWindow rtcp;
  };

  Result<Source*> source_of(uint32_t ssrc);
  void enter(Source* source, uint32_t ssrc, ReplayWindow Source::*window, uint64_t index);

  std::unique_ptr<SrtpTransform> transform_;
  std::array<Source, kSrtpSourcesMax> sources_;
  size_t source_count_ = 0;
};

}  // namespace sdr::rtc
