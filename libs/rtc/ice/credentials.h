// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/result.h"

// The short-term credentials of one ICE session (RFC 8445 5.3). Ours have a fixed size, so that a user fragment is the
// key of a table and nothing is allocated to compare one: 8 characters of 6 random bits tell sessions apart (RFC 8445
// asks for 24 bits), 24 make a password of 144 bits (128 are asked for).
//
// Thread: any; a value type.

namespace sdr::rtc {

class IceCredentials {
 public:
  static constexpr size_t kUfragSize = 8;
  static constexpr size_t kPasswordSize = 24;

  /// From the kernel's random numbers. Fails only where the kernel has none.
  static Result<IceCredentials> make();
  /// Of given text, for tests and tools; both must have their exact size.
  IceCredentials(std::string_view ufrag, std::string_view password);

  std::string_view ufrag() const { return {ufrag_.data(), ufrag_.size()}; }
  std::string_view password() const { return {password_.data(), password_.size()}; }

 private:
  IceCredentials() = default;

  std::array<char, kUfragSize> ufrag_{};
  std::array<char, kPasswordSize> password_{};
};

/// Our user fragment in a request's USERNAME, "ours:theirs" (RFC 8445 7.2.2); empty where there is no colon.
std::string_view local_ufrag_of(std::string_view username);

/// Letters, digits, '+' and '/', `least` to 256 of them (RFC 8839 5.4: 4 for a user fragment, 22 for a password).
bool is_ice_text(std::string_view text, size_t least);

}  // namespace sdr::rtc
