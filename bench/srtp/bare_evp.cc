// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "contender.h"

namespace sdr::bench {
namespace {

class BareEvp final : public Contender {
 public:
  explicit BareEvp(rtc::SrtpProfile profile) : gcm_(profile == rtc::SrtpProfile::kAeadAes128Gcm) {
    static EVP_CIPHER* const gcm = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
    static EVP_CIPHER* const ctr = EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr);
    EVP_EncryptInit_ex2(context_, gcm_ ? gcm : ctr, iv_.data(), nullptr, nullptr);
  }
  ~BareEvp() override { EVP_CIPHER_CTX_free(context_); }

  size_t protect(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint8_t* out) override {
    iv_[11] = header[3];
    int done = 0;
    EVP_EncryptInit_ex2(context_, nullptr, nullptr, iv_.data(), nullptr);
    std::copy(header.begin(), header.end(), out);
    if (gcm_) EVP_EncryptUpdate(context_, nullptr, &done, header.data(), static_cast<int>(header.size()));
    uint8_t* const body = out + header.size();
    EVP_EncryptUpdate(context_, body, &done, payload.data(), static_cast<int>(payload.size()));
    const size_t bytes = header.size() + payload.size();
    if (!gcm_) {
      std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
      SHA_CTX sha1;
      SHA1_Init(&sha1);
      SHA1_Update(&sha1, out, bytes);
      SHA1_Final(digest.data(), &sha1);
      std::copy_n(digest.begin(), 10, out + bytes);
      return bytes + 10;
    }
    EVP_EncryptFinal_ex(context_, body + done, &done);
    std::array<OSSL_PARAM, 2> tag = {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, out + bytes, 16),
                                     OSSL_PARAM_END};
    EVP_CIPHER_CTX_get_params(context_, tag.data());
    return bytes + 16;
  }

 private:
  const bool gcm_;
  std::array<uint8_t, 16> iv_{};
  EVP_CIPHER_CTX* const context_ = EVP_CIPHER_CTX_new();
};

}  // namespace

std::unique_ptr<Contender> make_bare_evp(rtc::SrtpProfile profile) { return std::make_unique<BareEvp>(profile); }

}  // namespace sdr::bench
