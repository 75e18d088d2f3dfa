// SPDX-License-Identifier: Apache-2.0
#include <endian.h>

#include <algorithm>
#include <cstring>

#include "rtc/srtp/crypto.h"
#include "rtc/srtp/packet.h"
#include "rtc/srtp/transform.h"

namespace sdr::rtc {
namespace {

constexpr size_t kTagBytes = Aead::kTagBytes, kIndexBytes = 4;

Aead::Use use_for(Direction direction) { return direction == Direction::kSeal ? Aead::Use::kSeal : Aead::Use::kOpen; }

using Salt = std::array<uint64_t, 2>;  // as numbers: the first eight bytes, the last four

Salt salt_of(std::span<const uint8_t> bytes) {
  uint64_t head = 0;
  uint32_t tail = 0;
  std::memcpy(&head, bytes.data(), sizeof head);
  std::memcpy(&tail, bytes.subspan(sizeof head).data(), sizeof tail);
  return {be64toh(head), be32toh(tail)};
}

// RFC 7714 section 8.1: two zero bytes, SSRC, 48 bits of index; section 9.1 is the same for the 31 bits of a control
// packet's. By words: a processor waits where bytes that were written one by one are read as one.
Aead::Iv vector_of(const Salt& salt, uint32_t ssrc, uint64_t index) {
  const uint64_t head = htobe64(salt[0] ^ (uint64_t{ssrc} << 16 | index >> 32));
  const uint32_t tail = htobe32(static_cast<uint32_t>(salt[1] ^ index));
  Aead::Iv iv;
  std::memcpy(iv.data(), &head, sizeof head);
  std::memcpy(iv.data() + sizeof head, &tail, sizeof tail);
  return iv;
}

// AEAD_AES_128_GCM (RFC 7714): a control packet's tag stands before the index word.
class GcmTransform final : public SrtpTransform {
 public:
  GcmTransform(const SessionKeys& keys, Direction direction)
      : rtp_(AeadCipher::kAes128Gcm, keys.rtp.cipher_key, use_for(direction)),
        rtcp_(AeadCipher::kAes128Gcm, keys.rtcp.cipher_key, use_for(direction)),
        rtp_salt_(salt_of(keys.rtp.salt)),
        rtcp_salt_(salt_of(keys.rtcp.salt)) {}
  ~GcmTransform() override {
    wipe(rtp_salt_);
    wipe(rtcp_salt_);
  }

  size_t rtp_overhead() const override { return kTagBytes; }
  size_t rtcp_overhead() const override { return kTagBytes + kIndexBytes; }

  void seal_rtp(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint64_t index,
                uint8_t* out) override {
    std::copy(header.begin(), header.end(), out);
    rtp_.seal(vector_of(rtp_salt_, rtp_ssrc(header), index), header, payload, out + header.size());
  }

  bool open_rtp(std::span<uint8_t> packet, size_t header_bytes, uint64_t index) override {
    const auto header = packet.first(header_bytes);
    const auto sealed = packet.subspan(header_bytes, packet.size() - header_bytes - kTagBytes);
    return rtp_.open(vector_of(rtp_salt_, rtp_ssrc(header), index), header, sealed, packet.last(kTagBytes).data());
  }

  void seal_rtcp(std::span<const uint8_t> packet, uint32_t index, uint8_t* out) override {
    const auto body = packet.subspan(kRtcpHeaderBytes);
    const uint32_t word = index | kRtcpEncrypted;
    const Associated associated = rtcp_associated(packet, word);
    std::copy_n(packet.begin(), kRtcpHeaderBytes, out);
    rtcp_.seal(vector_of(rtcp_salt_, rtcp_ssrc(packet), index), associated, body, out + kRtcpHeaderBytes);
    write_u32(std::span(out + packet.size() + kTagBytes, kIndexBytes), 0, word);
  }

  bool open_rtcp(std::span<uint8_t> packet) override {
    const uint32_t word = rtcp_index_word(packet);
    const Associated associated = rtcp_associated(packet, word);
    const size_t body_bytes = packet.size() - kRtcpHeaderBytes - kTagBytes - kIndexBytes;
    return rtcp_.open(vector_of(rtcp_salt_, rtcp_ssrc(packet), word & ~kRtcpEncrypted), associated,
                      packet.subspan(kRtcpHeaderBytes, body_bytes), packet.last(kTagBytes + kIndexBytes).data());
  }

  uint32_t rtcp_index_word(std::span<const uint8_t> packet) const override {
    return read_u32(packet, packet.size() - kIndexBytes);
  }

 private:
  using Associated = std::array<uint8_t, kRtcpHeaderBytes + kIndexBytes>;

  static Associated rtcp_associated(std::span<const uint8_t> packet, uint32_t word) {
    Associated associated{};
    std::copy_n(packet.begin(), kRtcpHeaderBytes, associated.begin());
    write_u32(associated, kRtcpHeaderBytes, word);
    return associated;
  }

  Aead rtp_, rtcp_;
  Salt rtp_salt_, rtcp_salt_;
};

}  // namespace

std::unique_ptr<SrtpTransform> create_gcm_transform(const SessionKeys& keys, Direction direction) {
  return std::make_unique<GcmTransform>(keys, direction);
}

}  // namespace sdr::rtc
