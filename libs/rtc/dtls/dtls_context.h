// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "rtc/dtls/fingerprint.h"

// What all DTLS connections of a process share: a certificate of its own making, and OpenSSL's settings. WebRTC's
// certificates are signed by nobody; a peer knows ours by its fingerprint in the SDP, so it is made anew at each start
// and never stored.
//
// Thread: made by one; afterwards shared by connections on any thread, as OpenSSL allows for a context that nobody
// changes any more. Reads the wall clock once, for the certificate's dates.

struct ssl_ctx_st;

namespace sdr::rtc {

class DtlsContext {
 public:
  /// An ECDSA key on P-256 with a self-signed certificate for ten years. Error: kOpenSsl.
  static Result<std::shared_ptr<const DtlsContext>> create();
  ~DtlsContext();

  /// SHA-256, for our own SDP.
  const Fingerprint& fingerprint() const { return fingerprint_; }

  /// For this library alone.
  ssl_ctx_st* openssl() const { return context_; }

 private:
  DtlsContext(ssl_ctx_st* context, const Fingerprint& fingerprint) : context_(context), fingerprint_(fingerprint) {}

  ssl_ctx_st* const context_;
  const Fingerprint fingerprint_;
};

}  // namespace sdr::rtc
