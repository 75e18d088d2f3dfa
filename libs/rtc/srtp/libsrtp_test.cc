// SPDX-License-Identifier: Apache-2.0
// Our SRTP against the distribution's libsrtp2, in both directions.

#include <gtest/gtest.h>

#ifdef SDR_HAVE_LIBSRTP2

#include <srtp2/srtp.h>

#include <random>

#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"
#include "rtc/srtp/testing.h"

namespace sdr::rtc {
namespace {

using testing::Bytes, testing::payload_of, testing::rtcp_packet, testing::rtp_header, testing::to_bytes;

constexpr uint32_t kSsrc = 0xC0FFEE01;

/// A session of libsrtp2, one direction of it, with the key of master_key().
class Theirs {
 public:
  Theirs(SrtpProfile profile, srtp_ssrc_type_t direction) {
    static const bool ready = srtp_init() == srtp_err_status_ok;
    EXPECT_TRUE(ready);
    const SrtpMasterKey master = testing::master_key(profile, 1);
    Bytes key = to_bytes(master.key);
    key.insert(key.end(), master.salt.begin(), master.salt.begin() + static_cast<ptrdiff_t>(srtp_salt_bytes(profile)));
    srtp_policy_t policy{};
    if (profile == SrtpProfile::kAeadAes128Gcm) {
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    }
    policy.ssrc.type = direction;
    policy.key = key.data();
    policy.window_size = 128;
    EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok);
  }
  ~Theirs() { srtp_dealloc(session_); }

  Bytes protect(const Bytes& packet) { return run(srtp_protect, packet); }
  Bytes protect_rtcp(const Bytes& packet) { return run(srtp_protect_rtcp, packet); }
  /// Empty where the packet is refused.
  Bytes unprotect(const Bytes& packet) { return run(srtp_unprotect, packet); }
  Bytes unprotect_rtcp(const Bytes& packet) { return run(srtp_unprotect_rtcp, packet); }

 private:
  template <typename Function>
  Bytes run(Function function, Bytes packet) {
    int bytes = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
    if (function(session_, packet.data(), &bytes) != srtp_err_status_ok) return {};
    packet.resize(static_cast<size_t>(bytes));
    return packet;
  }

  srtp_t session_ = nullptr;
};

class LibSrtp : public ::testing::TestWithParam<SrtpProfile> {
 protected:
  Bytes ours(const Bytes& header, const Bytes& payload) {
    Bytes out(header.size() + payload.size() + sender_.rtp_overhead());
    EXPECT_TRUE(sender_.protect(header, payload, out).ok());
    return out;
  }
  Bytes ours_rtcp(const Bytes& packet) {
    Bytes out(packet.size() + sender_.rtcp_overhead());
    EXPECT_TRUE(sender_.protect_rtcp(packet, out).ok());
    return out;
  }
  Bytes open(Bytes packet) {
    const auto opened = receiver_.unprotect(packet);
    return opened ? to_bytes(*opened) : Bytes();
  }
  Bytes open_rtcp(Bytes packet) {
    const auto opened = receiver_.unprotect_rtcp(packet);
    return opened ? to_bytes(*opened) : Bytes();
  }

  SrtpSender sender_{GetParam(), testing::master_key(GetParam(), 1)};
  SrtpReceiver receiver_{GetParam(), testing::master_key(GetParam(), 1)};
  Theirs their_sender_{GetParam(), ssrc_any_outbound}, their_receiver_{GetParam(), ssrc_any_inbound};
};

INSTANTIATE_TEST_SUITE_P(Profiles, LibSrtp,
                         ::testing::Values(SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAes128CmSha1_80),
                         [](const auto& instance) {
                           return instance.param == SrtpProfile::kAeadAes128Gcm ? "Gcm" : "CmSha1";
                         });

Bytes joined(Bytes header, const Bytes& payload) {
  header.insert(header.end(), payload.begin(), payload.end());
  return header;
}

TEST_P(LibSrtp, ReadsWhatWeProtectThroughRolloverReorderingAndLoss) {
  std::mt19937 random(11);
  std::vector<std::pair<Bytes, Bytes>> under_way;
  uint16_t sequence = 32'000;
  for (int i = 0; i < 110'000; ++i) {
    ++sequence;
    const Bytes header = rtp_header(kSsrc, sequence, i % 3 == 0), payload = payload_of(random() % 60);
    Bytes packet = ours(header, payload);
    if (i > 0 && random() % 10 == 0) continue;
    under_way.emplace_back(std::move(packet), joined(header, payload));
    if (i > 0 && under_way.size() < 20) continue;
    std::shuffle(under_way.begin(), under_way.end(), random);
    for (const auto& [sealed, plain] : under_way) ASSERT_EQ(their_receiver_.unprotect(sealed), plain) << i;
    under_way.clear();
  }
}

TEST_P(LibSrtp, IsReadThroughRolloverReorderingAndLoss) {
  std::mt19937 random(12);
  std::vector<std::pair<Bytes, Bytes>> under_way;
  uint16_t sequence = 32'000;
  for (int i = 0; i < 110'000; ++i) {
    ++sequence;
    const Bytes plain = joined(rtp_header(kSsrc, sequence, i % 3 == 0), payload_of(1 + random() % 60));
    Bytes packet = their_sender_.protect(plain);
    if (i > 0 && random() % 10 == 0) continue;
    under_way.emplace_back(std::move(packet), plain);
    if (i > 0 && under_way.size() < 20) continue;
    std::shuffle(under_way.begin(), under_way.end(), random);
    for (const auto& [sealed, wanted] : under_way) ASSERT_EQ(open(sealed), wanted) << i;
    under_way.clear();
  }
}

TEST_P(LibSrtp, GivesTheSameBytes) {
  for (uint16_t sequence = 1; sequence < 40; ++sequence) {
    const Bytes header = rtp_header(kSsrc, sequence, true), payload = payload_of(37u * sequence);
    EXPECT_EQ(ours(header, payload), their_sender_.protect(joined(header, payload)));
  }
}

TEST_P(LibSrtp, ReadsOurControlPackets) {
  for (int i = 0; i < 300; ++i) {
    const Bytes packet = rtcp_packet(kSsrc + static_cast<uint32_t>(i % 3), 4u * static_cast<size_t>(i % 9));
    const Bytes sealed = ours_rtcp(packet);
    EXPECT_EQ(their_receiver_.unprotect_rtcp(sealed), packet) << i;
    EXPECT_EQ(their_receiver_.unprotect_rtcp(sealed), Bytes()) << "replayed";
  }
}

TEST_P(LibSrtp, HasItsControlPacketsRead) {
  std::vector<Bytes> sealed;
  const Bytes packet = rtcp_packet(kSsrc);
  for (int i = 0; i < 100; ++i) sealed.push_back(their_sender_.protect_rtcp(packet));
  std::shuffle(sealed.begin(), sealed.end(), std::mt19937(13));
  for (const Bytes& each : sealed) {
    EXPECT_EQ(open_rtcp(each), packet);
    EXPECT_EQ(open_rtcp(each), Bytes()) << "replayed";
  }
}

TEST_P(LibSrtp, RefusesWhatWeRefuse) {
  Bytes packet = ours(rtp_header(kSsrc, 1), payload_of(100));
  EXPECT_NE(their_receiver_.unprotect(packet), Bytes());
  EXPECT_EQ(their_receiver_.unprotect(packet), Bytes()) << "replayed";
  packet = ours(rtp_header(kSsrc, 2), payload_of(100));
  packet[50] ^= 1;
  EXPECT_EQ(their_receiver_.unprotect(packet), Bytes());
  EXPECT_EQ(open(packet), Bytes());
}

}  // namespace
}  // namespace sdr::rtc

#else

TEST(LibSrtp, UnderstandsUs) { GTEST_SKIP() << "libsrtp2 is not installed (libsrtp2-dev)"; }

#endif
