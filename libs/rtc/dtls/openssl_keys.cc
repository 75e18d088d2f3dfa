// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/openssl_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace sdr::rtc {
namespace {

std::optional<SrtpProfile> agreed_profile(SSL* ssl) {
  const SRTP_PROTECTION_PROFILE* const profile = SSL_get_selected_srtp_profile(ssl);
  if (profile == nullptr) return std::nullopt;
  return static_cast<SrtpProfile>(profile->id);
}

std::optional<AeadCipher> aead_of(const SSL_CIPHER* agreed) {
  switch (SSL_CIPHER_get_cipher_nid(agreed)) {
    case NID_aes_128_gcm:
      return AeadCipher::kAes128Gcm;
    case NID_aes_256_gcm:
      return AeadCipher::kAes256Gcm;
    case NID_chacha20_poly1305:
      return AeadCipher::kChaCha20Poly1305;
    default:
      return std::nullopt;
  }
}

using KeyBlock = std::array<uint8_t, 2 * (32 + 12)>;

// RFC 5246 section 6.3: the pseudo-random function of the master secret, "key expansion" and the hellos' random bytes.
bool derive_key_block(const SSL* ssl, const EVP_MD* digest, std::span<uint8_t> out) {
  static constexpr std::string_view kLabel = "key expansion";
  static EVP_KDF* const function = EVP_KDF_fetch(nullptr, "TLS1-PRF", nullptr);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(function), EVP_KDF_CTX_free);
  std::array<uint8_t, SSL_MAX_MASTER_KEY_LENGTH> master{};
  const size_t master_bytes = SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), master.size());
  std::array<uint8_t, kLabel.size() + 2 * SSL3_RANDOM_SIZE> seed{};
  std::copy(kLabel.begin(), kLabel.end(), seed.begin());
  SSL_get_server_random(ssl, &seed[kLabel.size()], SSL3_RANDOM_SIZE);
  SSL_get_client_random(ssl, &seed[kLabel.size() + SSL3_RANDOM_SIZE], SSL3_RANDOM_SIZE);
  const std::array<OSSL_PARAM, 4> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.data(), master_bytes),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()), OSSL_PARAM_END};
  const bool derived =
      context != nullptr && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1;
  wipe(master);
  return derived;
}

// Blocks of the exported material, one behind the other.
class Blocks {
 public:
  explicit Blocks(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  template <size_t kSize>
  void take(std::array<uint8_t, kSize>& out, size_t count) {
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_ = bytes_.subspan(count);
  }

 private:
  std::span<const uint8_t> bytes_;
};

}  // namespace

// RFC 5764 section 4.2: the client's key, the server's, the client's salt, the server's.
std::optional<SrtpKeys> export_srtp_keys(SSL* ssl, DtlsRole role) {
  static constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  const auto profile = agreed_profile(ssl);
  if (!profile) return std::nullopt;
  const size_t salt_bytes = srtp_salt_bytes(*profile);
  std::array<uint8_t, 2 * (kSrtpKeyBytes + kSrtpSaltBytesMax)> material{};
  const size_t bytes = 2 * (kSrtpKeyBytes + salt_bytes);
  if (SSL_export_keying_material(ssl, material.data(), bytes, kLabel.data(), kLabel.size(), nullptr, 0, 0) != 1) {
    return std::nullopt;
  }
  SrtpKeys keys;
  keys.profile = *profile;
  SrtpMasterKey& client = role == DtlsRole::kClient ? keys.local : keys.remote;
  SrtpMasterKey& server = role == DtlsRole::kClient ? keys.remote : keys.local;
  Blocks blocks(material);
  blocks.take(client.key, kSrtpKeyBytes);
  blocks.take(server.key, kSrtpKeyBytes);
  blocks.take(client.salt, salt_bytes);
  blocks.take(server.salt, salt_bytes);
  wipe(material);
  return keys;
}

// RFC 5246 section 6.3, with keys for encryption alone: the client's key, the server's, the client's vector, the
// server's.
std::optional<RecordSecrets> export_record_secrets(SSL* ssl, DtlsRole role) {
  const SSL_CIPHER* const agreed = SSL_get_current_cipher(ssl);
  const auto cipher = agreed != nullptr ? aead_of(agreed) : std::nullopt;
  if (!cipher) return std::nullopt;
  const size_t key_bytes = aead_key_bytes(*cipher);
  const size_t iv_bytes = *cipher == AeadCipher::kChaCha20Poly1305 ? 12 : 4;
  KeyBlock block{};
  if (!derive_key_block(ssl, SSL_CIPHER_get_handshake_digest(agreed),
                        std::span(block).first(2 * (key_bytes + iv_bytes))))
    return std::nullopt;
  RecordSecrets secrets;
  secrets.cipher = *cipher;
  RecordSecret& client = role == DtlsRole::kClient ? secrets.local : secrets.remote;
  RecordSecret& server = role == DtlsRole::kClient ? secrets.remote : secrets.local;
  Blocks blocks(block);
  blocks.take(client.key, key_bytes);
  blocks.take(server.key, key_bytes);
  blocks.take(client.iv, iv_bytes);
  blocks.take(server.iv, iv_bytes);
  wipe(block);
  return secrets;
}

}  // namespace sdr::rtc
