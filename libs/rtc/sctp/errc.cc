// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/errc.h"

#include <string>

namespace sdr::rtc {
namespace {

class SctpCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "sctp"; }

  std::string message(int value) const override {
    switch (static_cast<SctpError>(value)) {
      case SctpError::kTooManyPeers:
        return "as many SCTP associations as there may be";
      case SctpError::kNoResources:
        return "the SCTP library could not set up a socket";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const std::error_category& sctp_category() {
  static const SctpCategory category;
  return category;
}

}  // namespace sdr::rtc
