// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// Why a STUN message or a candidate line was not taken.

namespace sdr::rtc {

enum class IceErrc {
  kNotStun = 1,     // no STUN header with its magic cookie, or a length that is not the datagram's
  kBadAttribute,    // an attribute runs over the end, or has a size that its type does not allow
  kBadFingerprint,  // FINGERPRINT is there and wrong: damaged, or another protocol's bytes
  kBadCandidate,    // not a candidate attribute (RFC 8839 5.1)
};

const std::error_category& ice_category();

inline std::error_code make_error_code(IceErrc error) { return {static_cast<int>(error), ice_category()}; }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::IceErrc> : std::true_type {};
