// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace sdr::rtc {

/// Lets only newer ones of a sequence of 32-bit numbers pass (serial number arithmetic, RFC 1982): after loss,
/// reordering and duplication what passes is in order, and never the same twice. The first one always passes. A number
/// exactly half of all away from the last is not newer. Thread: one; a value.
class NewestSequence {
 public:
  bool accept(uint32_t sequence) {
    if (last_ && static_cast<int32_t>(sequence - *last_) <= 0) return false;
    last_ = sequence;
    return true;
  }

 private:
  std::optional<uint32_t> last_;
};

}  // namespace sdr::rtc
