// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rtc/srtp/crypto.h"
#include "rtc/srtp/packet.h"
#include "rtc/srtp/transform.h"

namespace sdr::rtc {
namespace {

constexpr size_t kTagBytes = AesGcm::kTagBytes, kIndexBytes = 4;

AesGcm::Use use_for(Direction direction) {
  return direction == Direction::kSeal ? AesGcm::Use::kSeal : AesGcm::Use::kOpen;
}

// AEAD_AES_128_GCM (RFC 7714): a control packet's tag stands before the index word.
class GcmTransform final : public SrtpTransform {
 public:
  GcmTransform(const SessionKeys& keys, Direction direction)
      : rtp_(keys.rtp.cipher_key, use_for(direction)), rtcp_(keys.rtcp.cipher_key, use_for(direction)) {
    std::copy_n(keys.rtp.salt.begin(), rtp_salt_.size(), rtp_salt_.begin());
    std::copy_n(keys.rtcp.salt.begin(), rtcp_salt_.size(), rtcp_salt_.begin());
  }
  ~GcmTransform() override {
    wipe(rtp_salt_);
    wipe(rtcp_salt_);
  }

  size_t rtp_overhead() const override { return kTagBytes; }
  size_t rtcp_overhead() const override { return kTagBytes + kIndexBytes; }

  void seal_rtp(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint64_t index,
                uint8_t* out) override {
    std::copy(header.begin(), header.end(), out);
    rtp_.seal(rtp_iv(rtp_ssrc(header), index), header, payload, out + header.size());
  }

  bool open_rtp(std::span<uint8_t> packet, size_t header_bytes, uint64_t index) override {
    const auto header = packet.first(header_bytes);
    const auto sealed = packet.subspan(header_bytes, packet.size() - header_bytes - kTagBytes);
    return rtp_.open(rtp_iv(rtp_ssrc(header), index), header, sealed, packet.last(kTagBytes).data());
  }

  void seal_rtcp(std::span<const uint8_t> packet, uint32_t index, uint8_t* out) override {
    const auto body = packet.subspan(kRtcpHeaderBytes);
    const uint32_t word = index | kRtcpEncrypted;
    const Associated associated = rtcp_associated(packet, word);
    std::copy_n(packet.begin(), kRtcpHeaderBytes, out);
    rtcp_.seal(rtcp_iv(rtcp_ssrc(packet), index), associated, body, out + kRtcpHeaderBytes);
    write_u32(std::span(out + packet.size() + kTagBytes, kIndexBytes), 0, word);
  }

  bool open_rtcp(std::span<uint8_t> packet) override {
    const uint32_t word = rtcp_index_word(packet);
    const Associated associated = rtcp_associated(packet, word);
    const size_t body_bytes = packet.size() - kRtcpHeaderBytes - kTagBytes - kIndexBytes;
    return rtcp_.open(rtcp_iv(rtcp_ssrc(packet), word & ~kRtcpEncrypted), associated,
                      packet.subspan(kRtcpHeaderBytes, body_bytes), packet.last(kTagBytes + kIndexBytes).data());
  }

  uint32_t rtcp_index_word(std::span<const uint8_t> packet) const override {
    return read_u32(packet, packet.size() - kIndexBytes);
  }

 private:
  using Salt = AesGcm::Iv;
  using Associated = std::array<uint8_t, kRtcpHeaderBytes + kIndexBytes>;

  // RFC 7714 section 8.1: two zero bytes, SSRC, 48 bits of index.
  AesGcm::Iv rtp_iv(uint32_t ssrc, uint64_t index) const {
    AesGcm::Iv iv = rtp_salt_;
    for (size_t i = 0; i < 4; ++i) iv[2 + i] ^= static_cast<uint8_t>(ssrc >> (8 * (3 - i)));
    for (size_t i = 0; i < 6; ++i) iv[6 + i] ^= static_cast<uint8_t>(index >> (8 * (5 - i)));
    return iv;
  }
  // Section 9.1: two zero bytes, SSRC, two zero bytes, 31 bits of index.
  AesGcm::Iv rtcp_iv(uint32_t ssrc, uint32_t index) const {
    AesGcm::Iv iv = rtcp_salt_;
    for (size_t i = 0; i < 4; ++i) iv[2 + i] ^= static_cast<uint8_t>(ssrc >> (8 * (3 - i)));
    for (size_t i = 0; i < 4; ++i) iv[8 + i] ^= static_cast<uint8_t>(index >> (8 * (3 - i)));
    return iv;
  }
  static Associated rtcp_associated(std::span<const uint8_t> packet, uint32_t word) {
    Associated associated{};
    std::copy_n(packet.begin(), kRtcpHeaderBytes, associated.begin());
    write_u32(associated, kRtcpHeaderBytes, word);
    return associated;
  }

  AesGcm rtp_, rtcp_;
  Salt rtp_salt_{}, rtcp_salt_{};
};

}  // namespace

std::unique_ptr<SrtpTransform> create_gcm_transform(const SessionKeys& keys, Direction direction) {
  return std::make_unique<GcmTransform>(keys, direction);
}

}  // namespace sdr::rtc
