// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtc/dtls/record.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp/keys.h"
#include "rtc/srtp/packet_index.h"

// What is left of DTLS once the handshake is over: records of one key in each direction, sealed and opened with AES-GCM
// (RFC 5288) or ChaCha20-Poly1305 (RFC 7905), each taken once (RFC 6347 section 4.1.2.6). OpenSSL keeps 45 to 60 KB for
// a connection whatever it does; this is 3.
//
// Thread: one at a time. Nothing allocates after construction. A vector that is used twice gives away both messages and
// the means to forge others: numbers go on where OpenSSL's, which sealed with the same key, ended.

namespace sdr::rtc {

/// The keys of one direction, as RFC 5246 section 6.3 cuts them from the key block.
struct RecordSecret {
  std::array<uint8_t, 32> key{};  ///< aead_key_bytes() of it
  std::array<uint8_t, 12> iv{};   ///< of GCM the first four, its salt

  RecordSecret() = default;
  RecordSecret(const RecordSecret&) = default;
  RecordSecret& operator=(const RecordSecret&) = default;
  ~RecordSecret() {
    wipe(key);
    wipe(iv);
  }
};

struct RecordSecrets {
  AeadCipher cipher = AeadCipher::kAes128Gcm;
  RecordSecret local, remote;
};

/// Which numbers the newest record of ours had.
struct SentRecord {
  uint64_t sequence = 0;
  uint64_t explicit_nonce = 0;  ///< GCM's, the first eight bytes of the body
};

class RecordLayer {
 public:
  static constexpr uint16_t kEpoch = 1;  ///< of the only keys that there are: nobody negotiates a second time here

  explicit RecordLayer(const RecordSecrets& secrets);
  ~RecordLayer() {
    wipe(local_iv_);
    wipe(remote_iv_);
  }
  RecordLayer(const RecordLayer&) = delete;
  RecordLayer& operator=(const RecordLayer&) = delete;

  /// What a message is longer by.
  size_t overhead() const { return kRecordHeaderBytes + nonce_bytes() + Aead::kTagBytes; }
  /// To be said before the first seal().
  void go_on_after(const SentRecord& newest);
  /// Writes a whole record to `out`, which has room for the message and overhead(); its bytes, 0 where all numbers are
  /// used up.
  size_t seal(RecordType type, std::span<const uint8_t> message, std::span<uint8_t> out);
  /// What a record says, in `scratch` of its body's size. Nothing where it is not the peer's, or was here before.
  std::optional<std::span<const uint8_t>> open(const Record& record, std::span<uint8_t> scratch);

 private:
  static constexpr size_t kAssociatedBytes = 13;
  using Associated = std::array<uint8_t, kAssociatedBytes>;

  bool is_gcm() const { return cipher_ != AeadCipher::kChaCha20Poly1305; }
  size_t nonce_bytes() const { return is_gcm() ? 8 : 0; }
  Aead::Iv vector_of(const Aead::Iv& iv, uint64_t sequence, uint64_t explicit_nonce) const;
  static Associated associated(RecordType type, uint64_t sequence, size_t bytes);

  const AeadCipher cipher_;
  Aead seal_, open_;
  Aead::Iv local_iv_, remote_iv_;
  SentRecord next_;
  ReplayWindow window_;
};

}  // namespace sdr::rtc
