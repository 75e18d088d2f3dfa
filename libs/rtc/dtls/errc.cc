// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/errc.h"

#include <string>

namespace sdr::rtc {
namespace {

class DtlsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "dtls"; }

  std::string message(int value) const override {
    switch (static_cast<DtlsErrc>(value)) {
      case DtlsErrc::kBadFingerprint:
        return "not a certificate's fingerprint by SHA-256, SHA-384 or SHA-512";
      case DtlsErrc::kNotConnected:
        return "not connected";
      case DtlsErrc::kTooLarge:
        return "message does not fit a datagram";
      case DtlsErrc::kOpenSsl:
        return "OpenSSL failed";
      case DtlsErrc::kKeyExhausted:
        return "the key has protected all that it may";
    }
    return "unknown DTLS error";
  }
};

}  // namespace

const std::error_category& dtls_category() {
  static const DtlsCategory category;
  return category;
}

}  // namespace sdr::rtc
