// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/fingerprint.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "rtc/dtls/errc.h"

namespace sdr::rtc {
namespace {

constexpr std::array kNames = {
    std::pair{FingerprintAlgorithm::kSha256, std::string_view("sha-256")},
    std::pair{FingerprintAlgorithm::kSha384, std::string_view("sha-384")},
    std::pair{FingerprintAlgorithm::kSha512, std::string_view("sha-512")},
};

std::optional<FingerprintAlgorithm> algorithm_of(std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (const auto& [algorithm, known] : kNames) {
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(), same)) return algorithm;
  }
  return std::nullopt;
}

}  // namespace

Fingerprint::Fingerprint(FingerprintAlgorithm algorithm, std::span<const uint8_t> digest) : algorithm_(algorithm) {
  SDR_ASSERT_OP(digest.size(), ==, fingerprint_bytes(algorithm));
  std::copy(digest.begin(), digest.end(), digest_.begin());
}

Result<Fingerprint> Fingerprint::parse(std::string_view value) {
  const size_t space = value.find(' ');
  if (space == std::string_view::npos) return Error(DtlsErrc::kBadFingerprint);
  const auto algorithm = algorithm_of(value.substr(0, space));
  const std::string_view digits = value.substr(space + 1);
  if (!algorithm || digits.size() != 3 * fingerprint_bytes(*algorithm) - 1) return Error(DtlsErrc::kBadFingerprint);
  Fingerprint fingerprint;
  fingerprint.algorithm_ = *algorithm;
  for (size_t i = 0; i < fingerprint_bytes(*algorithm); ++i) {
    const char* const pair = digits.data() + 3 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, fingerprint.digest_[i], 16);
    const bool last = 3 * i + 2 == digits.size();
    if (error != std::errc() || end != pair + 2 || (!last && pair[2] != ':')) return Error(DtlsErrc::kBadFingerprint);
  }
  return fingerprint;
}

std::string Fingerprint::to_string() const {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text(kNames[static_cast<size_t>(algorithm_)].second);
  char before = ' ';
  for (const uint8_t byte : digest()) {
    text += {before, kDigits[byte >> 4], kDigits[byte & 15]};
    before = ':';
  }
  return text;
}

}  // namespace sdr::rtc
