// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "rtc/srtp/keys.h"

// The keys that work on packets, made from a master key (RFC 3711 section 4.3; RFC 7714 section 11 says what GCM's
// shorter salt means there). They are derived once: the key derivation rate is 0, as WebRTC has it.
//
// Thread: any; pure. The bytes are overwritten when the value goes.

namespace sdr::rtc {

/// What protects RTP, or what protects RTCP, in one direction.
struct PacketKeys {
  std::array<uint8_t, kSrtpKeyBytes> cipher_key{};
  std::array<uint8_t, kSrtpSaltBytesMax> salt{};  ///< zeros behind the profile's number of bytes
  std::array<uint8_t, 20> authentication_key{};   ///< for kAes128CmSha1_80 alone

  PacketKeys() = default;
  PacketKeys(const PacketKeys&) = default;
  PacketKeys& operator=(const PacketKeys&) = default;
  ~PacketKeys() {
    wipe(cipher_key);
    wipe(salt);
    wipe(authentication_key);
  }
};

struct SessionKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  PacketKeys rtp;
  PacketKeys rtcp;
};

SessionKeys derive_session_keys(SrtpProfile profile, const SrtpMasterKey& master);

}  // namespace sdr::rtc
