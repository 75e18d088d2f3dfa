// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// Why a packet is not protected or not accepted. Contexts stay empty: a refused datagram costs a counter, no
// allocation.

namespace sdr::rtc {

enum class SrtpErrc {
  kMalformed = 1,   ///< not an RTP or RTCP packet, or too short for its own header and tag
  kReused,          ///< a sequence number that is not newer than the last one sent: its key stream is used up
  kReplayed,        ///< came before, or is older than the replay window
  kNotAuthentic,    ///< the tag does not fit: another key, or somebody changed it
  kNotEncrypted,    ///< SRTCP whose E flag says that its body is in clear
  kTooManySources,  ///< more SSRCs than kSrtpSourcesMax
  kKeyExhausted,    ///< as many packets as the key is good for (RFC 3711 section 9.2)
};

const std::error_category& srtp_category();

inline std::error_code make_error_code(SrtpErrc errc) { return {static_cast<int>(errc), srtp_category()}; }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::SrtpErrc> : std::true_type {};
