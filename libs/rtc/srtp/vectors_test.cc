// SPDX-License-Identifier: Apache-2.0
// The packets of RFC 7714 sections 16 and 17, whose keys are given without derivation.

#include <gtest/gtest.h>

#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"
#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::fill, testing::hex, testing::to_bytes;

constexpr const char* kRtpHeader = "8040f17b 8041f8d3 5501a0b2";
constexpr const char* kRtpPayload =
    "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573";
constexpr const char* kSrtp =
    "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
    "899d7f27 beb16a91 52cf765e e4390cce";
constexpr const char* kRtcp =
    "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
    "deadbeef";
constexpr const char* kSrtcp =
    "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded "
    "0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4";
constexpr const char* kSrtcpInClear =
    "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
    "deadbeef 841dd968 3dd78ec9 2ae58790 125f62b3 000005d4";
constexpr uint32_t kRtcpIndex = 0x5d4;

SessionKeys vector_keys() {
  SessionKeys keys;
  keys.profile = SrtpProfile::kAeadAes128Gcm;
  fill(keys.rtp.cipher_key, "000102030405060708090a0b0c0d0e0f");
  fill(keys.rtp.salt, "517569642070726f2071756f");
  keys.rtcp = keys.rtp;
  return keys;
}

TEST(Rfc7714, SealsAndOpensThePacketOfSection16) {
  SrtpSender sender(vector_keys());
  Bytes out(100);
  const auto sealed = sender.protect(hex(kRtpHeader), hex(kRtpPayload), out);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(to_bytes(std::span(out).first(*sealed)), hex(kSrtp));

  SrtpReceiver receiver(vector_keys());
  Bytes packet = hex(kSrtp);
  const auto opened = receiver.unprotect(packet);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(to_bytes(*opened), hex(std::string(kRtpHeader) + kRtpPayload));
}

TEST(Rfc7714, SealsAndOpensTheControlPacketOfSection17) {
  SrtpSender sender(vector_keys());
  sender.skip_to_rtcp_index(kRtcpIndex);
  Bytes out(100);
  const auto sealed = sender.protect_rtcp(hex(kRtcp), out);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(to_bytes(std::span(out).first(*sealed)), hex(kSrtcp));

  SrtpReceiver receiver(vector_keys());
  Bytes packet = hex(kSrtcp);
  const auto opened = receiver.unprotect_rtcp(packet);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(to_bytes(*opened), hex(kRtcp));
}

TEST(Rfc7714, RefusesTheControlPacketInClearOfSection17) {
  SrtpReceiver receiver(vector_keys());
  Bytes packet = hex(kSrtcpInClear);
  EXPECT_EQ(receiver.unprotect_rtcp(packet).error().code(), SrtpErrc::kNotEncrypted);
}

}  // namespace
}  // namespace sdr::rtc
