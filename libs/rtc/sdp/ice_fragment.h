// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/ice/candidate.h"

// What a PATCH to a WHEP session carries (application/trickle-ice-sdpfrag, RFC 8840 9, RFC 9725 4.3): more candidates
// of a client, or, with new credentials, an ICE restart.
//
// Thread: any; values, within SdpLimits.

namespace sdr::rtc {

struct IceFragment {
  struct Trickled {
    std::string mid;
    Candidate candidate;
    friend bool operator==(const Trickled&, const Trickled&) = default;
  };

  std::string ice_ufrag, ice_password;
  std::vector<Trickled> candidates;
  size_t candidates_ignored = 0;  ///< not understood
  bool end_of_candidates = false;

  friend bool operator==(const IceFragment&, const IceFragment&) = default;
};

/// Errors: SdpErrc, kNoTransport where there are no credentials to tell a restart from a trickled candidate.
Result<IceFragment> parse_ice_fragment(std::string_view text);

/// The answer to a restart: our new credentials and our candidates, for the section `mid` that the bundle is named
/// after.
std::string restart_fragment(std::string_view ice_ufrag, std::string_view ice_password, std::string_view mid,
                             const std::vector<Candidate>& candidates);

}  // namespace sdr::rtc
