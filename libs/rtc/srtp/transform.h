// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "rtc/srtp/session_keys.h"

// One profile at work on single packets, whose index the caller knows: what RFC 3711 calls the cryptographic transform.
// Order, replay and sources are the business of SrtpSender and SrtpReceiver.
//
// Thread: one at a time. Owns its keys, 2 to 3 KB. Packets come well formed: headers were checked, sizes are at least
// those of header and overhead, and `out` has room for what goes in and the overhead.

namespace sdr::rtc {

enum class Direction { kSeal, kOpen };

class SrtpTransform {
 public:
  static std::unique_ptr<SrtpTransform> create(const SessionKeys& keys, Direction direction);
  virtual ~SrtpTransform() = default;

  /// Bytes that protection adds to an RTP packet, and to an RTCP packet.
  virtual size_t rtp_overhead() const = 0;
  virtual size_t rtcp_overhead() const = 0;

  /// Writes header, ciphertext and tag to `out`, one behind the other.
  virtual void seal_rtp(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint64_t index,
                        uint8_t* out) = 0;
  /// Writes a compound packet, protected, with its index to `out`.
  virtual void seal_rtcp(std::span<const uint8_t> packet, uint32_t index, uint8_t* out) = 0;

  /// Decrypts in place what lies between header and tag. False where the packet is not authentic; its bytes may then
  /// have changed.
  virtual bool open_rtp(std::span<uint8_t> packet, size_t header_bytes, uint64_t index) = 0;
  virtual bool open_rtcp(std::span<uint8_t> packet) = 0;
  /// The word of an SRTCP packet with the E flag and the index, wherever the profile has it.
  virtual uint32_t rtcp_index_word(std::span<const uint8_t> packet) const = 0;
};

/// The flag in an SRTCP packet's index word that says that it is encrypted.
inline constexpr uint32_t kRtcpEncrypted = uint32_t{1} << 31;

std::unique_ptr<SrtpTransform> create_gcm_transform(const SessionKeys& keys, Direction direction);
std::unique_ptr<SrtpTransform> create_cm_transform(const SessionKeys& keys);

}  // namespace sdr::rtc
