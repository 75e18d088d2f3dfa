// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/hmac.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace sdr::rtc {
namespace {

// OpenSSL allocates by itself, unseen by the counter of operator new; it lends its hooks only before its first use.
size_t openssl_allocations = 0;
const int hooks_are_in = CRYPTO_set_mem_functions(
    [](size_t bytes, const char*, int) { return ++openssl_allocations, std::malloc(bytes); },
    [](void* memory, size_t bytes, const char*, int) { return ++openssl_allocations, std::realloc(memory, bytes); },
    [](void* memory, const char*, int) { std::free(memory); });

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string hex(std::span<const uint8_t> bytes) {
  std::string text;
  for (const uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// RFC 2202 3, cases 1, 2, 6 and 7.
TEST(HmacSha1, GivesTheTagsOfRfc2202) {
  const std::string ones(20, '\x0b'), long_key(80, '\xaa');
  EXPECT_EQ(hex(hmac_sha1(bytes_of(ones), {bytes_of("Hi There")})), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex(hmac_sha1(bytes_of("Jefe"), {bytes_of("what do ya want "), bytes_of("for nothing?")})),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex(hmac_sha1(bytes_of(long_key), {bytes_of("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(hex(hmac_sha1(bytes_of(long_key),
                          {bytes_of("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data")})),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91");
}

TEST(HmacSha1, AllocatesNothing) {
  ASSERT_EQ(hooks_are_in, 1);
  const size_t before = openssl_allocations;
  for (int i = 0; i < 100; ++i) hmac_sha1(bytes_of("key"), {bytes_of("message")});
  EXPECT_EQ(openssl_allocations, before);
}

TEST(HmacSha1, ComparesWholeTags) {
  EXPECT_TRUE(is_same_tag(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(is_same_tag(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(is_same_tag(bytes_of("abc"), bytes_of("ab")));
}

}  // namespace
}  // namespace sdr::rtc
