// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/hmac.h"

// The digest by its plain functions: each message through OpenSSL 3.0's EVP allocates a state and frees it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr size_t kBlockBytes = 64;
using Parts = std::initializer_list<std::span<const uint8_t>>;

HmacSha1Tag digest(std::span<const uint8_t> first, Parts rest) {
  SHA_CTX sha1;
  bool ok = SHA1_Init(&sha1) == 1 && SHA1_Update(&sha1, first.data(), first.size()) == 1;
  for (const auto part : rest) ok = ok && SHA1_Update(&sha1, part.data(), part.size()) == 1;
  HmacSha1Tag tag;
  ok = ok && SHA1_Final(tag.data(), &sha1) == 1;
  SDR_ASSERT(ok, "SHA-1 failed");
  return tag;
}

std::array<uint8_t, kBlockBytes> padded_key(std::span<const uint8_t> key, uint8_t mask) {
  std::array<uint8_t, kBlockBytes> block{};
  std::copy(key.begin(), key.end(), block.begin());
  for (uint8_t& byte : block) byte ^= mask;
  return block;
}

}  // namespace

HmacSha1Tag hmac_sha1(std::span<const uint8_t> key, Parts parts) {
  HmacSha1Tag short_key;
  if (key.size() > kBlockBytes) {
    short_key = digest(key, {});
    key = short_key;
  }
  const HmacSha1Tag inner = digest(padded_key(key, 0x36), parts);
  return digest(padded_key(key, 0x5c), {inner});
}

bool is_same_tag(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sdr::rtc
