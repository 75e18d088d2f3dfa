// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "rtc/ice/address.h"

// STUN messages (RFC 8489) with what ICE adds to them (RFC 8445 16.1), read in place. Anybody can send one, so a
// message is checked whole before a single field is believed, and nothing is copied or allocated.
//
// Thread: any; values that point into the datagram.

namespace sdr::rtc {

constexpr uint32_t kStunCookie = 0x2112A442;
constexpr size_t kStunHeaderBytes = 20;
constexpr uint16_t kStunBinding = 1;

enum class StunClass : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

using StunTransaction = std::array<uint8_t, 12>;

enum class StunAttribute : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kMessageIntegritySha256 = 0x001C,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};

struct StunError {
  int code = 0;  ///< 300 to 699
  std::string_view reason;
};

/// A message whose form is right. Its authenticity is another question: has_valid_integrity().
struct StunMessage {
  static constexpr size_t kUnknownMax = 8;

  std::span<const uint8_t> bytes;  ///< the whole datagram
  StunClass message_class = StunClass::kRequest;
  uint16_t method = 0;
  StunTransaction transaction{};

  std::optional<std::string_view> username;
  std::optional<uint32_t> priority;
  std::optional<uint64_t> controlling, controlled;  ///< tie-breakers
  std::optional<Address> mapped_address;            ///< XOR-MAPPED-ADDRESS, in clear
  std::optional<StunError> error;
  bool use_candidate = false;
  bool has_fingerprint = false;
  size_t integrity_offset = 0;  ///< where MESSAGE-INTEGRITY begins, 0 without one

  /// Attributes that had to be understood and were not (types below 0x8000), the first few of them.
  std::array<uint16_t, kUnknownMax> unknown{};
  size_t unknown_count = 0;

  bool is_binding_request() const { return message_class == StunClass::kRequest && method == kStunBinding; }
  bool has_integrity() const { return integrity_offset != 0; }
};

/// Whether a datagram can be STUN at all: the first two bits, the cookie and the length. Costs nothing; use it to tell
/// STUN from DTLS and RTP (RFC 7983) before parsing.
bool looks_like_stun(std::span<const uint8_t> datagram);

/// The message that fills the datagram exactly. A FINGERPRINT that is there is checked. What follows MESSAGE-INTEGRITY
/// is not protected and ignored (RFC 8489 14.5), save the fingerprint; of an attribute that comes twice the first
/// counts. Errors: IceErrc, without context, so that a refusal allocates nothing.
Result<StunMessage> parse_stun(std::span<const uint8_t> datagram);

/// Whether MESSAGE-INTEGRITY is there and was made with this key; for a short-term credential (RFC 8489 9.1) the key is
/// the password itself.
bool has_valid_integrity(const StunMessage& message, std::string_view key);

/// CRC-32 of all before the FINGERPRINT, as it stands in one (RFC 8489 14.7).
uint32_t stun_fingerprint(std::span<const uint8_t> bytes);

}  // namespace sdr::rtc
