// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

// The primitives that SRTP and DTLS's records are made of, by OpenSSL. Each object holds one key, expanded once; a
// packet costs a new initialisation vector and the work itself, no allocation and no look-up of an algorithm by name.
//
// Thread: one at a time per object. Owns about 1 KB each. OpenSSL refusing one of these calls is out of memory or a
// mistake of ours, so it asserts; only opening a packet can fail.

struct evp_cipher_ctx_st;

namespace sdr::rtc {

struct CipherContextDeleter {
  void operator()(evp_cipher_ctx_st* context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, CipherContextDeleter>;

using AesKey = std::span<const uint8_t, 16>;

enum class AeadCipher : uint8_t { kAes128Gcm, kAes256Gcm, kChaCha20Poly1305 };
constexpr size_t aead_key_bytes(AeadCipher cipher) { return cipher == AeadCipher::kAes128Gcm ? 16 : 32; }

/// Authenticated encryption with 12-byte vectors and 16-byte tags. An object seals or opens, as made.
class Aead {
 public:
  enum class Use { kSeal, kOpen };
  static constexpr size_t kTagBytes = 16;
  using Iv = std::array<uint8_t, 12>;

  /// `key` has aead_key_bytes().
  Aead(AeadCipher cipher, std::span<const uint8_t> key, Use use);

  /// Writes `plain.size()` bytes and the tag to `out`, which is `plain` itself or does not overlap it.
  void seal(const Iv& iv, std::span<const uint8_t> associated, std::span<const uint8_t> plain, uint8_t* out);
  /// Decrypts `sealed`, a ciphertext, in place. False where `tag` does not fit; the bytes are then meaningless.
  bool open(const Iv& iv, std::span<const uint8_t> associated, std::span<uint8_t> sealed, const uint8_t* tag);

 private:
  CipherContext context_;
};

/// AES-128 in counter mode.
class AesCtr {
 public:
  using Iv = std::array<uint8_t, 16>;

  explicit AesCtr(AesKey key);

  /// The key stream from `iv` on, added to `in`; `out` is `in` itself or does not overlap it.
  void apply(const Iv& iv, std::span<const uint8_t> in, uint8_t* out);

 private:
  CipherContext context_;
};

/// HMAC-SHA1 (RFC 2104), its two digests begun once with the padded key. EVP allocates a state for each digest, so this
/// stands on the functions below it, which take it from the caller; they are deprecated, and in every OpenSSL 3.
class HmacSha1 {
 public:
  using Digest = std::array<uint8_t, 20>;

  explicit HmacSha1(std::span<const uint8_t, 20> key);
  HmacSha1(const HmacSha1&) = default;
  ~HmacSha1();

  /// Of the two parts, one behind the other.
  Digest digest(std::span<const uint8_t> message, std::span<const uint8_t> trailer) const;

 private:
  using State = std::array<uint32_t, 24>;  // OpenSSL's SHA_CTX
  State inner_{}, outer_{};
};

/// Whether the first `a.size()` bytes of both are the same, in a time that does not depend on where they differ.
bool equal_in_constant_time(std::span<const uint8_t> a, std::span<const uint8_t> b);

}  // namespace sdr::rtc
