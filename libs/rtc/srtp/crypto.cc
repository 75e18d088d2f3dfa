// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <climits>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

void must(int result, const char* what) { SDR_ASSERT(result > 0, what); }

// Fetched once and kept: asking for an algorithm by name takes locks and searches the providers each time.
struct Algorithms {
  std::array<EVP_CIPHER*, 3> aead = {EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr),
                                     EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr),
                                     EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr)};
  EVP_CIPHER* ctr = EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr);
};

// Never freed: OpenSSL takes its own apart at exit, perhaps before a static object's end.
const Algorithms& algorithms() {
  static const Algorithms* const kept = [] {
    const auto* fetched = new Algorithms();
    SDR_ASSERT(fetched->aead[0] != nullptr && fetched->ctr != nullptr, "OpenSSL has no AES-128-GCM or AES-128-CTR");
    return fetched;
  }();
  return *kept;
}

int length_of(std::span<const uint8_t> bytes) {
  SDR_ASSERT_OP(bytes.size(), <=, static_cast<size_t>(INT_MAX));
  return static_cast<int>(bytes.size());
}

CipherContext cipher_context(const EVP_CIPHER* cipher, std::span<const uint8_t> key, int encrypts) {
  SDR_ASSERT(cipher != nullptr, "OpenSSL does not have this cipher");
  SDR_ASSERT_OP(static_cast<size_t>(EVP_CIPHER_get_key_length(cipher)), ==, key.size());
  CipherContext context(EVP_CIPHER_CTX_new());
  SDR_ASSERT(context != nullptr, "out of memory");
  must(EVP_CipherInit_ex2(context.get(), cipher, key.data(), nullptr, encrypts, nullptr), "EVP_CipherInit_ex2");
  return context;
}

}  // namespace

void CipherContextDeleter::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Aead::Aead(AeadCipher cipher, std::span<const uint8_t> key, Use use)
    : context_(cipher_context(algorithms().aead[static_cast<size_t>(cipher)], key, use == Use::kSeal ? 1 : 0)) {}

void Aead::seal(const Iv& iv, std::span<const uint8_t> associated, std::span<const uint8_t> plain, uint8_t* out) {
  EVP_CIPHER_CTX* const context = context_.get();
  int written = 0;
  must(EVP_EncryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr), "EVP_EncryptInit_ex2");
  must(EVP_EncryptUpdate(context, nullptr, &written, associated.data(), length_of(associated)), "EVP_EncryptUpdate");
  if (!plain.empty()) {
    must(EVP_EncryptUpdate(context, out, &written, plain.data(), length_of(plain)), "EVP_EncryptUpdate");
  }
  must(EVP_EncryptFinal_ex(context, out + plain.size(), &written), "EVP_EncryptFinal_ex");
  // What EVP_CTRL_AEAD_GET_TAG does after a detour of 20 ns.
  std::array<OSSL_PARAM, 2> tag = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, out + plain.size(), kTagBytes), OSSL_PARAM_END};
  must(EVP_CIPHER_CTX_get_params(context, tag.data()), "EVP_CIPHER_CTX_get_params");
}

bool Aead::open(const Iv& iv, std::span<const uint8_t> associated, std::span<uint8_t> sealed, const uint8_t* tag) {
  EVP_CIPHER_CTX* const context = context_.get();
  int written = 0;
  std::array<uint8_t, kTagBytes> wanted{};
  std::copy(tag, tag + kTagBytes, wanted.begin());
  must(EVP_DecryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr), "EVP_DecryptInit_ex2");
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, wanted.data()), "EVP_CTRL_AEAD_SET_TAG");
  must(EVP_DecryptUpdate(context, nullptr, &written, associated.data(), length_of(associated)), "EVP_DecryptUpdate");
  if (!sealed.empty()) {
    must(EVP_DecryptUpdate(context, sealed.data(), &written, sealed.data(), length_of(sealed)), "EVP_DecryptUpdate");
  }
  std::array<uint8_t, kTagBytes> nothing_left{};
  return EVP_DecryptFinal_ex(context, nothing_left.data(), &written) > 0;
}

AesCtr::AesCtr(AesKey key) : context_(cipher_context(algorithms().ctr, key, 1)) {}

void AesCtr::apply(const Iv& iv, std::span<const uint8_t> in, uint8_t* out) {
  if (in.empty()) return;
  int written = 0;
  must(EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, iv.data(), nullptr), "EVP_EncryptInit_ex2");
  must(EVP_EncryptUpdate(context_.get(), out, &written, in.data(), length_of(in)), "EVP_EncryptUpdate");
}

bool equal_in_constant_time(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() <= b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sdr::rtc
