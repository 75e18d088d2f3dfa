// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rtc/srtp/crypto.h"
#include "rtc/srtp/packet.h"
#include "rtc/srtp/transform.h"

namespace sdr::rtc {
namespace {

constexpr size_t kTagBytes = 10, kIndexBytes = 4;

// AES-128 in counter mode with 80 bits of HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1): a control packet's tag stands
// behind the index word and covers it.
class CmTransform final : public SrtpTransform {
 public:
  explicit CmTransform(const SessionKeys& keys) : rtp_(keys.rtp), rtcp_(keys.rtcp) {}

  size_t rtp_overhead() const override { return kTagBytes; }
  size_t rtcp_overhead() const override { return kTagBytes + kIndexBytes; }

  void seal_rtp(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint64_t index,
                uint8_t* out) override {
    std::copy(header.begin(), header.end(), out);
    rtp_.cipher.apply(rtp_.iv(rtp_ssrc(header), index), payload, out + header.size());
    const size_t bytes = header.size() + payload.size();
    write_tag(rtp_tag(std::span(out, bytes), index), out + bytes);
  }

  bool open_rtp(std::span<uint8_t> packet, size_t header_bytes, uint64_t index) override {
    const auto authenticated = packet.first(packet.size() - kTagBytes);
    if (!equal_in_constant_time(packet.last(kTagBytes), rtp_tag(authenticated, index))) return false;
    const auto payload = authenticated.subspan(header_bytes);
    rtp_.cipher.apply(rtp_.iv(rtp_ssrc(packet), index), payload, payload.data());
    return true;
  }

  void seal_rtcp(std::span<const uint8_t> packet, uint32_t index, uint8_t* out) override {
    std::copy_n(packet.begin(), kRtcpHeaderBytes, out);
    rtcp_.cipher.apply(rtcp_.iv(rtcp_ssrc(packet), index), packet.subspan(kRtcpHeaderBytes), out + kRtcpHeaderBytes);
    const std::span<uint8_t> authenticated(out, packet.size() + kIndexBytes);
    write_u32(authenticated, packet.size(), index | kRtcpEncrypted);
    write_tag(rtcp_.mac.digest(authenticated, {}), out + authenticated.size());
  }

  bool open_rtcp(std::span<uint8_t> packet) override {
    const auto authenticated = packet.first(packet.size() - kTagBytes);
    if (!equal_in_constant_time(packet.last(kTagBytes), rtcp_.mac.digest(authenticated, {}))) return false;
    const auto body = authenticated.subspan(kRtcpHeaderBytes, authenticated.size() - kRtcpHeaderBytes - kIndexBytes);
    rtcp_.cipher.apply(rtcp_.iv(rtcp_ssrc(packet), rtcp_index_word(packet) & ~kRtcpEncrypted), body, body.data());
    return true;
  }

  uint32_t rtcp_index_word(std::span<const uint8_t> packet) const override {
    return read_u32(packet, packet.size() - kTagBytes - kIndexBytes);
  }

 private:
  struct Keyed {
    explicit Keyed(const PacketKeys& keys) : cipher(keys.cipher_key), mac(keys.authentication_key), salt(keys.salt) {}
    ~Keyed() { wipe(salt); }

    // Section 4.1.1: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16; the last 16 bits count blocks.
    AesCtr::Iv iv(uint32_t ssrc, uint64_t index) const {
      AesCtr::Iv iv{};
      std::copy(salt.begin(), salt.end(), iv.begin());
      for (size_t i = 0; i < 4; ++i) iv[4 + i] ^= static_cast<uint8_t>(ssrc >> (8 * (3 - i)));
      for (size_t i = 0; i < 6; ++i) iv[8 + i] ^= static_cast<uint8_t>(index >> (8 * (5 - i)));
      return iv;
    }

    AesCtr cipher;
    HmacSha1 mac;
    std::array<uint8_t, kSrtpSaltBytesMax> salt;
  };

  // Section 4.2: the rollover counter is authenticated with the packet, though it is not sent.
  HmacSha1::Digest rtp_tag(std::span<const uint8_t> authenticated, uint64_t index) {
    std::array<uint8_t, 4> rollover{};
    write_u32(rollover, 0, static_cast<uint32_t>(index >> 16));
    return rtp_.mac.digest(authenticated, rollover);
  }
  static void write_tag(const HmacSha1::Digest& digest, uint8_t* out) { std::copy_n(digest.begin(), kTagBytes, out); }

  Keyed rtp_, rtcp_;
};

}  // namespace

std::unique_ptr<SrtpTransform> create_cm_transform(const SessionKeys& keys) {
  return std::make_unique<CmTransform>(keys);
}

std::unique_ptr<SrtpTransform> SrtpTransform::create(const SessionKeys& keys, Direction direction) {
  if (keys.profile == SrtpProfile::kAeadAes128Gcm) return create_gcm_transform(keys, direction);
  return create_cm_transform(keys);
}

}  // namespace sdr::rtc
