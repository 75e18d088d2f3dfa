// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

#include "base/result.h"

// What can be wrong with media packets and control packets while running. Contexts are left empty where a remote side
// can cause the error: a refused datagram costs a counter, no allocation.

namespace sdr::rtc {

enum class RtpErrc {
  kTruncated = 1,  ///< a length points beyond the end
  kBadVersion,     ///< not RTP version 2
  kBadPadding,     ///< padding longer than what it pads, or where none may be
  kBadExtension,   ///< a header extension that contradicts itself
  kWrongKind,      ///< a control packet of another type than the one asked for
  kBadFeedback,    ///< feedback whose parts do not add up
  kBadPayload,     ///< a payload that breaks its format (RFC 6184, RFC 7798)
  kNoNalUnits,     ///< an access unit without any NAL unit
  kFrameTooLarge,  ///< an access unit beyond what the packet store takes
};

const std::error_category& rtp_category();
std::error_code make_error_code(RtpErrc errc);
inline Error error(RtpErrc errc, std::string context = {}) { return Error(make_error_code(errc), std::move(context)); }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::RtpErrc> : std::true_type {};
