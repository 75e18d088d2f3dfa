// SPDX-License-Identifier: Apache-2.0
// SrtpSender and SrtpReceiver against each other, with both profiles.

#include <gtest/gtest.h>

#include <random>

#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"
#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::payload_of, testing::rtcp_packet, testing::rtp_header, testing::to_bytes;

constexpr uint32_t kSsrc = 0x12345678;

class Srtp : public ::testing::TestWithParam<SrtpProfile> {
 protected:
  Bytes protect(uint16_t sequence, uint32_t ssrc = kSsrc, size_t bytes = 300) {
    const Bytes header = rtp_header(ssrc, sequence, true), payload = payload_of(bytes, static_cast<uint8_t>(sequence));
    Bytes out(header.size() + payload.size() + sender_.rtp_overhead());
    const auto sealed = sender_.protect(header, payload, out);
    EXPECT_TRUE(sealed.ok()) << sealed.error().message();
    EXPECT_EQ(*sealed, out.size());
    return out;
  }
  Bytes protect_rtcp(uint32_t ssrc = kSsrc) {
    const Bytes packet = rtcp_packet(ssrc);
    Bytes out(packet.size() + sender_.rtcp_overhead());
    EXPECT_EQ(*sender_.protect_rtcp(packet, out), out.size());
    return out;
  }
  // By value: opening works in place.
  std::error_code open(Bytes packet) {
    const auto opened = receiver_.unprotect(packet);
    return opened ? std::error_code() : opened.error().code();
  }
  std::error_code open_rtcp(Bytes packet) {
    const auto opened = receiver_.unprotect_rtcp(packet);
    return opened ? std::error_code() : opened.error().code();
  }

  SrtpSender sender_{GetParam(), testing::master_key(GetParam(), 1)};
  SrtpReceiver receiver_{GetParam(), testing::master_key(GetParam(), 1)};
};

INSTANTIATE_TEST_SUITE_P(Profiles, Srtp, ::testing::Values(SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAes128CmSha1_80),
                         [](const auto& instance) {
                           return instance.param == SrtpProfile::kAeadAes128Gcm ? "Gcm" : "CmSha1";
                         });

TEST_P(Srtp, OpensWhatItProtected) {
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{15}, size_t{16}, size_t{17}, size_t{1187}}) {
    const auto sequence = static_cast<uint16_t>(100 + bytes);
    Bytes packet = protect(sequence, kSsrc, bytes);
    const auto opened = receiver_.unprotect(packet);
    ASSERT_TRUE(opened.ok()) << bytes;
    Bytes wanted = rtp_header(kSsrc, sequence, true);
    const Bytes payload = payload_of(bytes, static_cast<uint8_t>(sequence));
    wanted.insert(wanted.end(), payload.begin(), payload.end());
    EXPECT_EQ(to_bytes(*opened), wanted);
  }
}

TEST_P(Srtp, OpensControlPackets) {
  for (int i = 0; i < 5; ++i) {
    Bytes packet = protect_rtcp();
    const auto opened = receiver_.unprotect_rtcp(packet);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(to_bytes(*opened), rtcp_packet(kSsrc));
  }
}

TEST_P(Srtp, HidesThePayloadAndLeavesTheHeader) {
  const Bytes header = rtp_header(kSsrc, 1, true), payload(200, 0);
  Bytes out(300);
  const size_t bytes = *sender_.protect(header, payload, out);
  EXPECT_TRUE(std::equal(header.begin(), header.end(), out.begin()));
  EXPECT_EQ(std::search_n(out.begin() + 20, out.begin() + static_cast<ptrdiff_t>(bytes), 8, 0),
            out.begin() + static_cast<ptrdiff_t>(bytes));
}

TEST_P(Srtp, FollowsTheRolloverThroughReorderingAndLoss) {
  std::mt19937 random(7);
  std::vector<Bytes> packets;
  uint16_t sequence = 65000;
  (void)open(protect(sequence));
  for (int i = 0; i < 70'000; ++i) {
    ++sequence;
    if (random() % 20 == 0) continue;  // lost before it is made: thinned
    Bytes packet = protect(sequence, kSsrc, 20);
    if (random() % 20 != 0) packets.push_back(std::move(packet));
    if (packets.size() < 16) continue;
    std::shuffle(packets.begin(), packets.end(), random);
    for (Bytes& each : packets) ASSERT_EQ(open(std::move(each)), std::error_code()) << i;
    packets.clear();
  }
}

TEST_P(Srtp, TakesAPacketOnce) {
  const Bytes first = protect(10), second = protect(11);
  EXPECT_EQ(open(second), std::error_code());
  EXPECT_EQ(open(first), std::error_code()) << "late, but for the first time";
  EXPECT_EQ(open(first), SrtpErrc::kReplayed);
  EXPECT_EQ(open(second), SrtpErrc::kReplayed);
  for (uint16_t sequence = 12; sequence < 200; ++sequence) EXPECT_EQ(open(protect(sequence)), std::error_code());
  EXPECT_EQ(open(first), SrtpErrc::kReplayed) << "older than the window";
}

TEST_P(Srtp, TakesAControlPacketOnce) {
  const Bytes first = protect_rtcp(), second = protect_rtcp();
  EXPECT_EQ(open_rtcp(second), std::error_code());
  EXPECT_EQ(open_rtcp(first), std::error_code());
  EXPECT_EQ(open_rtcp(first), SrtpErrc::kReplayed);
}

TEST_P(Srtp, RefusesEveryChangedBit) {
  const Bytes packet = protect(5, kSsrc, 40), control = protect_rtcp();
  for (size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Bytes changed = packet;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_NE(open(changed), std::error_code()) << bit;
  }
  for (size_t bit = 0; bit < control.size() * 8; ++bit) {
    Bytes changed = control;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_NE(open_rtcp(changed), std::error_code()) << bit;
  }
  EXPECT_EQ(open(packet), std::error_code()) << "refused packets leave no trace";
  EXPECT_EQ(open_rtcp(control), std::error_code());
}

TEST_P(Srtp, RefusesAnotherKeysPackets) {
  SrtpSender stranger(GetParam(), testing::master_key(GetParam(), 2));
  Bytes out(400);
  const Bytes header = rtp_header(kSsrc, 1), payload = payload_of(100);
  out.resize(*stranger.protect(header, payload, out));
  EXPECT_EQ(open(out), SrtpErrc::kNotAuthentic);
  out.resize(400);
  out.resize(*stranger.protect_rtcp(rtcp_packet(kSsrc), out));
  EXPECT_EQ(open_rtcp(out), SrtpErrc::kNotAuthentic);
}

TEST_P(Srtp, RefusesWhatIsCutShort) {
  const Bytes packet = protect(5, kSsrc, 3), control = protect_rtcp();
  for (size_t bytes = 0; bytes < packet.size(); ++bytes) {
    EXPECT_NE(open(Bytes(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(bytes))), std::error_code());
  }
  for (size_t bytes = 0; bytes < control.size(); ++bytes) {
    EXPECT_NE(open_rtcp(Bytes(control.begin(), control.begin() + static_cast<ptrdiff_t>(bytes))), std::error_code());
  }
}

TEST_P(Srtp, NeverUsesAKeyStreamTwice) {
  Bytes out(400);
  (void)protect(100);
  const auto refused = [&](uint16_t sequence) {
    return sender_.protect(rtp_header(kSsrc, sequence), payload_of(20), out).error().code();
  };
  EXPECT_EQ(refused(100), SrtpErrc::kReused);
  EXPECT_EQ(refused(99), SrtpErrc::kReused);
  EXPECT_EQ(open(protect(101)), std::error_code());
  EXPECT_EQ(open(protect(100, kSsrc + 1)), std::error_code()) << "another source counts for itself";
}

TEST_P(Srtp, BoundsTheSourcesOfBothSides) {
  Bytes out(400);
  for (uint32_t i = 0; i < kSrtpSourcesMax; ++i) EXPECT_EQ(open(protect(1, kSsrc + i)), std::error_code());
  EXPECT_EQ(sender_.protect(rtp_header(kSsrc - 1, 1), payload_of(20), out).error().code(), SrtpErrc::kTooManySources);

  SrtpSender second(GetParam(), testing::master_key(GetParam(), 1));
  out.resize(*second.protect(rtp_header(kSsrc - 1, 1), payload_of(20), out));
  EXPECT_EQ(open(out), SrtpErrc::kTooManySources);
}

TEST_P(Srtp, AStrangersPacketsClaimNoSource) {
  for (uint32_t i = 0; i < 10 * kSrtpSourcesMax; ++i) {
    Bytes packet = rtp_header(i, 1);
    packet.resize(60);
    EXPECT_EQ(open(packet), SrtpErrc::kNotAuthentic);
  }
  EXPECT_EQ(open(protect(1)), std::error_code());
}

TEST_P(Srtp, EndsWithTheKeysLastControlPacket) {
  sender_.skip_to_rtcp_index(0x7FFFFFFF);
  EXPECT_EQ(open_rtcp(protect_rtcp()), std::error_code());
  Bytes out(100);
  EXPECT_EQ(sender_.protect_rtcp(rtcp_packet(kSsrc), out).error().code(), SrtpErrc::kKeyExhausted);
}

TEST_P(Srtp, RefusesAHeaderThatIsNone) {
  Bytes out(400), header = rtp_header(kSsrc, 1);
  const auto code = [&] { return sender_.protect(header, payload_of(20), out).error().code(); };
  header.push_back(0);
  EXPECT_EQ(code(), SrtpErrc::kMalformed) << "longer than it says";
  header.resize(11);
  EXPECT_EQ(code(), SrtpErrc::kMalformed);
  EXPECT_EQ(sender_.protect_rtcp(Bytes(7, 0x80), out).error().code(), SrtpErrc::kMalformed);
}

}  // namespace
}  // namespace sdr::rtc
