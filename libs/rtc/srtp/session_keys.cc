// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/session_keys.h"

#include <algorithm>
#include <span>

#include "rtc/srtp/crypto.h"

namespace sdr::rtc {
namespace {

// RFC 3711 section 4.3.2; those of RTCP follow.
enum Label : uint8_t { kEncryption = 0, kAuthentication = 1, kSalt = 2, kRtcp = 3 };

class Derivation {
 public:
  explicit Derivation(const SrtpMasterKey& master) : master_(master), cipher_(master.key) {}

  PacketKeys keys(SrtpProfile profile, uint8_t first_label) {
    PacketKeys keys;
    fill(keys.cipher_key, first_label + kEncryption);
    fill(std::span(keys.salt).first(srtp_salt_bytes(profile)), first_label + kSalt);
    if (profile == SrtpProfile::kAes128CmSha1_80) fill(keys.authentication_key, first_label + kAuthentication);
    return keys;
  }

 private:
  // The key stream that begins at (label * 2^48 XOR salt) * 2^16, the salt taken as 112 bits.
  void fill(std::span<uint8_t> out, int label) {
    AesCtr::Iv iv{};
    std::copy(master_.salt.begin(), master_.salt.end(), iv.begin());
    iv[7] ^= static_cast<uint8_t>(label);
    std::fill(out.begin(), out.end(), uint8_t{0});
    cipher_.apply(iv, out, out.data());
    wipe(iv);
  }

  const SrtpMasterKey& master_;
  AesCtr cipher_;
};

}  // namespace

SessionKeys derive_session_keys(SrtpProfile profile, const SrtpMasterKey& master) {
  Derivation derivation(master);
  SessionKeys keys;
  keys.profile = profile;
  keys.rtp = derivation.keys(profile, 0);
  keys.rtcp = derivation.keys(profile, kRtcp);
  return keys;
}

}  // namespace sdr::rtc
