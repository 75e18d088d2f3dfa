// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/crypto.h"

#include <gtest/gtest.h>

#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::fill, testing::hex;

TEST(AesCtr, GivesTheKeyStreamOfRfc3711AppendixB2) {
  std::array<uint8_t, 16> key{};
  fill(key, "2B7E151628AED2A6ABF7158809CF4F3C");
  AesCtr cipher(key);
  AesCtr::Iv iv{};
  fill(iv, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
  Bytes stream(48, 0);
  cipher.apply(iv, stream, stream.data());
  EXPECT_EQ(stream, hex("E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
                        "41E95B3BB0A2E8DD477901E4FCA894C0"));
}

TEST(AesCtr, BeginsAnewWithEachVector) {
  std::array<uint8_t, 16> key{};
  AesCtr cipher(key);
  const Bytes zeros(21, 0);
  Bytes first(21), second(21);
  cipher.apply({1}, zeros, first.data());
  cipher.apply({1}, zeros, second.data());
  EXPECT_EQ(first, second);
  cipher.apply({2}, zeros, second.data());
  EXPECT_NE(first, second);
}

TEST(HmacSha1, GivesTheDigestsOfRfc2202) {
  std::array<uint8_t, 20> key{};
  key.fill(0x0b);
  HmacSha1 mac(key);
  const std::string message = "Hi There";
  const Bytes bytes(message.begin(), message.end());
  const Bytes wanted = hex("b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(testing::to_bytes(mac.digest(bytes, {})), wanted);
  EXPECT_EQ(testing::to_bytes(mac.digest(std::span(bytes).first(3), std::span(bytes).subspan(3))), wanted)
      << "a message in two parts, and a key used again";

  key.fill(0xaa);
  HmacSha1 other(key);
  EXPECT_EQ(testing::to_bytes(other.digest(Bytes(50, 0xdd), {})), hex("125d7342b9ac11cd91a39af48aa17b4f63f175d3"));
}

TEST(Aead, RefusesWhatWasChanged) {
  std::array<uint8_t, 16> key{};
  Aead seal(AeadCipher::kAes128Gcm, key, Aead::Use::kSeal), open(AeadCipher::kAes128Gcm, key, Aead::Use::kOpen);
  const Bytes associated = {1, 2, 3}, plain = testing::payload_of(100);
  Bytes sealed(116);
  seal.seal({9}, associated, plain, sealed.data());

  Bytes copy = sealed;
  EXPECT_TRUE(open.open({9}, associated, std::span(copy).first(100), copy.data() + 100));
  EXPECT_EQ(Bytes(copy.begin(), copy.begin() + 100), plain);
  for (size_t i = 0; i < sealed.size(); ++i) {
    copy = sealed;
    copy[i] ^= 0x10;
    EXPECT_FALSE(open.open({9}, associated, std::span(copy).first(100), copy.data() + 100)) << i;
  }
  copy = sealed;
  EXPECT_FALSE(open.open({9}, Bytes{1, 2, 4}, std::span(copy).first(100), copy.data() + 100));
  copy = sealed;
  EXPECT_TRUE(open.open({9}, associated, std::span(copy).first(100), copy.data() + 100)) << "after failures";
}

TEST(Aead, SealsNothingButAssociatedBytes) {
  std::array<uint8_t, 16> key{};
  Aead seal(AeadCipher::kAes128Gcm, key, Aead::Use::kSeal), open(AeadCipher::kAes128Gcm, key, Aead::Use::kOpen);
  Bytes tag(16);
  seal.seal({1}, Bytes{5, 6}, {}, tag.data());
  EXPECT_TRUE(open.open({1}, Bytes{5, 6}, {}, tag.data()));
  EXPECT_FALSE(open.open({1}, Bytes{5, 7}, {}, tag.data()));
}

}  // namespace
}  // namespace sdr::rtc
