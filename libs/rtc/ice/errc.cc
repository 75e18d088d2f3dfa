// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/errc.h"

#include <string>

namespace sdr::rtc {
namespace {

class IceCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "ice"; }

  std::string message(int value) const override {
    switch (static_cast<IceErrc>(value)) {
      case IceErrc::kNotStun:
        return "not a STUN message";
      case IceErrc::kBadAttribute:
        return "a STUN attribute with a wrong size";
      case IceErrc::kBadFingerprint:
        return "a STUN message whose fingerprint is wrong";
      case IceErrc::kBadCandidate:
        return "not an ICE candidate";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& ice_category() {
  static const IceCategory category;
  return category;
}

}  // namespace sdr::rtc
