// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <bit>

#include "rtc/srtp/crypto.h"
#include "rtc/srtp/keys.h"

namespace sdr::rtc {
namespace {

constexpr size_t kBlockBytes = 64;

using State = std::array<uint32_t, sizeof(SHA_CTX) / sizeof(uint32_t)>;

// The digest of a block that holds the key, each byte changed by `pad`, so far.
State begin_with(std::span<const uint8_t, 20> key, uint8_t pad) {
  std::array<uint8_t, kBlockBytes> block;
  block.fill(pad);
  std::transform(key.begin(), key.end(), block.begin(), [pad](uint8_t byte) { return byte ^ pad; });
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, block.data(), block.size());
  wipe(block);
  return std::bit_cast<State>(context);
}

HmacSha1::Digest finish(SHA_CTX context) {
  HmacSha1::Digest digest;
  SHA1_Final(digest.data(), &context);
  return digest;
}

}  // namespace

HmacSha1::HmacSha1(std::span<const uint8_t, 20> key) : inner_(begin_with(key, 0x36)), outer_(begin_with(key, 0x5c)) {}

HmacSha1::~HmacSha1() {
  wipe(inner_);
  wipe(outer_);
}

HmacSha1::Digest HmacSha1::digest(std::span<const uint8_t> message, std::span<const uint8_t> trailer) const {
  auto inner = std::bit_cast<SHA_CTX>(inner_);
  SHA1_Update(&inner, message.data(), message.size());
  SHA1_Update(&inner, trailer.data(), trailer.size());
  const Digest first = finish(inner);
  auto outer = std::bit_cast<SHA_CTX>(outer_);
  SHA1_Update(&outer, first.data(), first.size());
  return finish(outer);
}

}  // namespace sdr::rtc
