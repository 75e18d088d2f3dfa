// SPDX-License-Identifier: Apache-2.0
#include "transport/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/assert.h"

namespace sdr::transport {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_token_char(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("-._~+/").find(c) != std::string_view::npos;
}

}  // namespace

bool is_token(std::string_view text) {
  if (text.size() < kTokenBytesMin || text.size() > kTokenBytesMax) return false;
  const size_t end = text.find_last_not_of('=');  // padding stands at the end only
  const std::string_view body = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return !body.empty() && std::all_of(body.begin(), body.end(), is_token_char);
}

TokenDigest digest_token(std::string_view token) {
  TokenDigest digest{};
  unsigned size = 0;
  const int done = EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr);
  SDR_ASSERT(done == 1 && size == digest.size(), "SHA-256 is always there");
  return digest;
}

bool same_digest(const TokenDigest& a, const TokenDigest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<TokenDigest> digest_from_hex(std::string_view hex) {
  TokenDigest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (size_t i = 0; i < hex.size(); ++i) {
    const size_t value = kHex.find(hex[i]);
    if (value == std::string_view::npos) return std::nullopt;
    digest[i / 2] = static_cast<uint8_t>(digest[i / 2] * size_t{16} + value);
  }
  return digest;
}

std::string to_hex(const TokenDigest& digest) {
  std::string hex;
  for (const uint8_t byte : digest) hex.append({kHex[byte >> 4], kHex[byte & 15]});
  return hex;
}

std::string make_token() {
  std::array<uint8_t, 32> chance{};
  const int filled = RAND_bytes(chance.data(), static_cast<int>(chance.size()));
  SDR_ASSERT(filled == 1, "no random bytes from the system");
  std::string token = "sdr_";
  uint32_t bits = 0;
  int count = 0;
  for (const uint8_t byte : chance) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) token.push_back(kBase64Url[bits >> (count - 6) & 63]);
  }
  token.push_back(kBase64Url[bits << (6 - count) & 63]);  // 256 bits are 42 times 6 and 4
  OPENSSL_cleanse(chance.data(), chance.size());
  return token;
}

}  // namespace sdr::transport
