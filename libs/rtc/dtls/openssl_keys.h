// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "rtc/dtls/record_layer.h"
#include "rtc/dtls/role.h"
#include "rtc/srtp/keys.h"

// The keys that a finished handshake leaves behind in OpenSSL. Thread: the session's. All copies are overwritten.

struct ssl_st;

namespace sdr::rtc {

/// SRTP's master keys (RFC 5764 section 4.2); nothing where the two sides agreed on no profile.
std::optional<SrtpKeys> export_srtp_keys(ssl_st* ssl, DtlsRole role);

/// What protects DTLS's records of this epoch (RFC 5246 section 6.3); nothing where the cipher is not among ours.
std::optional<RecordSecrets> export_record_secrets(ssl_st* ssl, DtlsRole role);

}  // namespace sdr::rtc
