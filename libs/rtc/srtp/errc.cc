// SPDX-License-Identifier: Apache-2.0
#include "rtc/srtp/errc.h"

#include <string>

namespace sdr::rtc {
namespace {

class SrtpCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "srtp"; }

  std::string message(int value) const override {
    switch (static_cast<SrtpErrc>(value)) {
      case SrtpErrc::kMalformed:
        return "malformed packet";
      case SrtpErrc::kReused:
        return "sequence number was sent before";
      case SrtpErrc::kReplayed:
        return "packet came before or is too old";
      case SrtpErrc::kNotAuthentic:
        return "packet is not authentic";
      case SrtpErrc::kNotEncrypted:
        return "control packet is not encrypted";
      case SrtpErrc::kTooManySources:
        return "too many sources";
      case SrtpErrc::kKeyExhausted:
        return "the key has protected all the packets that it may";
    }
    return "unknown SRTP error";
  }
};

}  // namespace

const std::error_category& srtp_category() {
  static const SrtpCategory category;
  return category;
}

}  // namespace sdr::rtc
