// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// Why an association cannot be made. What a peer does wrong is counted (data_channels.h), not an error of ours.

namespace sdr::rtc {

enum class SctpError {
  kTooManyPeers = 1,  // the stack's bound on associations at a time
  kNoResources,       // the library could not make or set up a socket
};

const std::error_category& sctp_category();

inline std::error_code make_error_code(SctpError error) { return {static_cast<int>(error), sctp_category()}; }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::SctpError> : std::true_type {};
