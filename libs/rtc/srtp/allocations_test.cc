// SPDX-License-Identifier: Apache-2.0
// The media path allocates nothing: neither we nor OpenSSL below us.

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>

#include "base/testing/allocations.h"
#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"
#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

uint64_t openssl_allocations = 0;

void* counting_malloc(size_t bytes, const char*, int) {
  ++openssl_allocations;
  return std::malloc(bytes);
}
void* counting_realloc(void* memory, size_t bytes, const char*, int) {
  ++openssl_allocations;
  return std::realloc(memory, bytes);
}
void plain_free(void* memory, const char*, int) { std::free(memory); }

// OpenSSL takes other functions only before its own first allocation.
const bool counts = CRYPTO_set_mem_functions(counting_malloc, counting_realloc, plain_free) == 1;

uint64_t all_allocations() { return openssl_allocations + sdr::testing::allocations_of_this_thread(); }

void expect_no_allocation(SrtpProfile profile) {
  SrtpSender sender(profile, testing::master_key(profile, 1));
  SrtpReceiver receiver(profile, testing::master_key(profile, 1));
  testing::Bytes header = testing::rtp_header(1, 0, true), packet(1300), control(100);
  const testing::Bytes payload = testing::payload_of(1180), report = testing::rtcp_packet(1);
  size_t opened = 0;
  uint64_t before = 0;
  for (uint16_t sequence = 0; sequence < 300; ++sequence) {
    if (sequence == 2) before = all_allocations();
    header[2] = static_cast<uint8_t>(sequence >> 8);
    header[3] = static_cast<uint8_t>(sequence);
    const size_t bytes = *sender.protect(header, payload, packet);
    opened += receiver.unprotect(std::span(packet).first(bytes)).ok();
    const size_t control_bytes = *sender.protect_rtcp(report, control);
    opened += receiver.unprotect_rtcp(std::span(control).first(control_bytes)).ok();
    opened -= receiver.unprotect_rtcp(std::span(control).first(control_bytes)).ok();
  }
  EXPECT_EQ(all_allocations() - before, 0u);
  EXPECT_EQ(opened, 600u);
}

TEST(SrtpAllocations, AreNoneForAPacketWithGcm) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  expect_no_allocation(SrtpProfile::kAeadAes128Gcm);
}

TEST(SrtpAllocations, AreNoneForAPacketWithCounterMode) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  expect_no_allocation(SrtpProfile::kAes128CmSha1_80);
}

TEST(SrtpAllocations, StayWithinAFewKilobytesPerPeer) {
  ASSERT_TRUE(counts) << "OpenSSL had allocated before";
  const auto profile = SrtpProfile::kAeadAes128Gcm;
  SrtpSender sender(profile, testing::master_key(profile, 1));
  const uint64_t before = all_allocations();
  SrtpSender another(profile, testing::master_key(profile, 2));
  EXPECT_LT(all_allocations() - before, 20u);
}

}  // namespace
}  // namespace sdr::rtc
