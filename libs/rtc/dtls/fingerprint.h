// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

// A certificate's digest as SDP carries it (a=fingerprint, RFC 8122 section 5): what ties the keys of a DTLS handshake
// to the signalling that is trusted. Only the digests of the SHA-2 family are taken; SHA-1 and MD5 prove nothing.
//
// Thread: any; a value type.

namespace sdr::rtc {

enum class FingerprintAlgorithm : uint8_t { kSha256, kSha384, kSha512 };

constexpr size_t fingerprint_bytes(FingerprintAlgorithm algorithm) {
  return algorithm == FingerprintAlgorithm::kSha256 ? 32 : algorithm == FingerprintAlgorithm::kSha384 ? 48 : 64;
}

class Fingerprint {
 public:
  Fingerprint() = default;
  /// `digest` has fingerprint_bytes(algorithm) bytes.
  Fingerprint(FingerprintAlgorithm algorithm, std::span<const uint8_t> digest);

  /// The attribute's value: "sha-256 12:AB:...", letters of either case. Error: kBadFingerprint.
  static Result<Fingerprint> parse(std::string_view value);

  /// The same form, digits in capitals as RFC 8122 wants them.
  std::string to_string() const;
  FingerprintAlgorithm algorithm() const { return algorithm_; }
  std::span<const uint8_t> digest() const { return std::span(digest_).first(fingerprint_bytes(algorithm_)); }

  bool operator==(const Fingerprint&) const = default;

 private:
  FingerprintAlgorithm algorithm_ = FingerprintAlgorithm::kSha256;
  std::array<uint8_t, 64> digest_{};  // zeros behind the algorithm's length
};

}  // namespace sdr::rtc
