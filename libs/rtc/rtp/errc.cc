// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/errc.h"

namespace sdr::rtc {
namespace {

class RtpCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "rtp"; }
  std::string message(int value) const override {
    switch (static_cast<RtpErrc>(value)) {
      case RtpErrc::kTruncated:
        return "packet ends too early";
      case RtpErrc::kBadVersion:
        return "not RTP version 2";
      case RtpErrc::kBadPadding:
        return "impossible padding";
      case RtpErrc::kBadExtension:
        return "malformed header extension";
      case RtpErrc::kWrongKind:
        return "control packet of another type";
      case RtpErrc::kBadFeedback:
        return "malformed feedback";
      case RtpErrc::kBadPayload:
        return "malformed payload";
      case RtpErrc::kNoNalUnits:
        return "access unit without NAL units";
      case RtpErrc::kFrameTooLarge:
        return "access unit too large";
    }
    return "unknown RTP error";
  }
};

}  // namespace

const std::error_category& rtp_category() {
  static const RtpCategory category;
  return category;
}

std::error_code make_error_code(RtpErrc errc) { return {static_cast<int>(errc), rtp_category()}; }

}  // namespace sdr::rtc
