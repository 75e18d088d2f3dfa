// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/session_keys.h"

#include <gtest/gtest.h>

#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::fill, testing::hex, testing::to_bytes;

TEST(SessionKeys, AreThoseOfRfc3711AppendixB3) {
  SrtpMasterKey master;
  fill(master.key, "E1F97A0D3E018BE0D64FA32C06DE4139");
  fill(master.salt, "0EC675AD498AFEEBB6960B3AABE6");
  const SessionKeys keys = derive_session_keys(SrtpProfile::kAes128CmSha1_80, master);
  EXPECT_EQ(to_bytes(keys.rtp.cipher_key), hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(to_bytes(keys.rtp.salt), hex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(to_bytes(keys.rtp.authentication_key), hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
  EXPECT_NE(keys.rtcp.cipher_key, keys.rtp.cipher_key);
}

// RFC 7714 gives no vectors for this; the value is what other implementations derive.
TEST(SessionKeys, TakeTheShorterSaltOfGcmAsItsFirstBytes) {
  SrtpMasterKey master;
  for (uint8_t i = 0; i < 16; ++i) master.key[i] = i;
  for (uint8_t i = 0; i < 12; ++i) master.salt[i] = static_cast<uint8_t>(0x40 + i);
  const SessionKeys keys = derive_session_keys(SrtpProfile::kAeadAes128Gcm, master);
  EXPECT_EQ(to_bytes(keys.rtp.salt), hex("1fcd5d561e66dc49ec1c3ccb 0000"));
  EXPECT_EQ(to_bytes(keys.rtp.authentication_key), Bytes(20, 0));
}

TEST(SessionKeys, DifferForEachUse) {
  const auto profile = SrtpProfile::kAes128CmSha1_80;
  const SessionKeys keys = derive_session_keys(profile, testing::master_key(profile, 4));
  EXPECT_NE(keys.rtp.salt, keys.rtcp.salt);
  EXPECT_NE(keys.rtp.authentication_key, keys.rtcp.authentication_key);
}

}  // namespace
}  // namespace sdr::rtc
