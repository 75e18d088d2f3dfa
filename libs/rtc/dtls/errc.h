// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

// What can fail when DTLS is asked for something; what becomes of a connection is told by DtlsEnd instead.

namespace sdr::rtc {

enum class DtlsErrc {
  kBadFingerprint = 1,  ///< not "ALGORITHM HEX:HEX:..." with an algorithm of ours and its length
  kNotConnected,        ///< the handshake is not done, or the connection has ended
  kTooLarge,            ///< a message that does not fit one datagram
  kOpenSsl,             ///< OpenSSL refused; the context says why
  kKeyExhausted,        ///< 2^48 records were sealed with one key
};

const std::error_category& dtls_category();

inline std::error_code make_error_code(DtlsErrc errc) { return {static_cast<int>(errc), dtls_category()}; }

}  // namespace sdr::rtc

template <>
struct std::is_error_code_enum<sdr::rtc::DtlsErrc> : std::true_type {};
