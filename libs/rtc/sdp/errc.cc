// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/errc.h"

#include <string>

namespace sdr::rtc {
namespace {

class SdpCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "sdp"; }

  std::string message(int value) const override {
    switch (static_cast<SdpErrc>(value)) {
      case SdpErrc::kTooLarge:
        return "the session description is too large";
      case SdpErrc::kBadLine:
        return "not a line of a session description";
      case SdpErrc::kBadAttribute:
        return "an attribute without its form";
      case SdpErrc::kNoTransport:
        return "no ICE credentials or no certificate fingerprint";
      case SdpErrc::kBadSetup:
        return "the server takes the passive part in DTLS";
      case SdpErrc::kNothingInCommon:
        return "nothing that is offered can be served";
      case SdpErrc::kNotAnAnswer:
        return "the answer does not fit the offer";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& sdp_category() {
  static const SdpCategory category;
  return category;
}

}  // namespace sdr::rtc
