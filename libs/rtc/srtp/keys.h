// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// What a DTLS handshake hands to SRTP: the profile that both sides agreed on and a master key for each direction. A
// header of its own, so that the two know nothing else of each other.
//
// Thread: any; value types. The bytes are overwritten when the value goes.

namespace sdr::rtc {

/// Protection profiles by their numbers in the use_srtp extension (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
enum class SrtpProfile : uint16_t {
  kAes128CmSha1_80 = 0x0001,
  kAeadAes128Gcm = 0x0007,
};

inline constexpr size_t kSrtpKeyBytes = 16;
inline constexpr size_t kSrtpSaltBytesMax = 14;

/// 12 bytes for GCM (RFC 7714 section 12), 14 for counter mode (RFC 3711 section 8.2).
constexpr size_t srtp_salt_bytes(SrtpProfile profile) { return profile == SrtpProfile::kAeadAes128Gcm ? 12 : 14; }

/// Overwrites key material in a way that the compiler keeps.
template <typename T, size_t kSize>
void wipe(std::array<T, kSize>& secret) {
  for (volatile T& each : secret) each = 0;
}

/// One direction's master key and salt; of the salt the profile's number of bytes, zeros behind them.
struct SrtpMasterKey {
  std::array<uint8_t, kSrtpKeyBytes> key{};
  std::array<uint8_t, kSrtpSaltBytesMax> salt{};

  SrtpMasterKey() = default;
  SrtpMasterKey(const SrtpMasterKey&) = default;
  SrtpMasterKey& operator=(const SrtpMasterKey&) = default;
  ~SrtpMasterKey() {
    wipe(key);
    wipe(salt);
  }
};

struct SrtpKeys {
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  SrtpMasterKey local;   ///< protects what this side sends
  SrtpMasterKey remote;  ///< protects what the peer sends
};

}  // namespace sdr::rtc
