// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// Why a session description was not taken. The context says which line or section.

namespace sdr::rtc {

enum class SdpErrc {
  kTooLarge = 1,     // longer, or more of something, than any real description
  kBadLine,          // not "x=value", control characters, or lines that cannot come there
  kBadAttribute,     // an attribute that matters and has not its form
  kNoTransport,      // no ICE credentials or no certificate fingerprint
  kBadSetup,         // the other side wants to be the DTLS server, which is our part
  kNothingInCommon,  // no section that we could serve
  kNotAnAnswer,      // an answer that does not fit its offer
};

const std::error_category& sdp_category();

inline std::error_code make_error_code(SdpErrc error) { return {static_cast<int>(error), sdp_category()}; }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::SdpErrc> : std::true_type {};
