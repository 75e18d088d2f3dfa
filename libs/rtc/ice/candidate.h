// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/ice/address.h"

// Candidate lines (RFC 8839 5.1, for TCP RFC 6544 4.5): ours, which tell a browser where to send its checks, and the
// browser's, which a lite agent needs not (it learns addresses from checks) but validates all the same, since nonsense
// in signalling should be told and not passed over.
//
// Thread: any; value types.

namespace sdr::rtc {

enum class CandidateType : uint8_t { kHost, kServerReflexive, kPeerReflexive, kRelay };
enum class TcpRole : uint8_t { kNone, kActive, kPassive, kSimultaneousOpen };

struct Candidate {
  std::string foundation;  ///< 1 to 32 characters of ICE's alphabet
  uint16_t component = 1;  ///< 1 to 256; with rtcp-mux always 1
  Transport transport = Transport::kUdp;
  uint32_t priority = 0;
  std::string host;  ///< as written: an address, or a name such as mDNS's "….local"
  uint16_t port = 0;
  CandidateType type = CandidateType::kHost;
  TcpRole tcp_role = TcpRole::kNone;
  std::optional<Address> address;  ///< nothing where `host` is a name

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// What follows "a=" or stands in a browser's `RTCIceCandidate.candidate`, from "candidate:" on. Related address and
/// extensions have to have their form and are not kept. Errors: kBadCandidate.
Result<Candidate> parse_candidate(std::string_view text);

/// The same form, without "a=".
std::string to_string(const Candidate& candidate);

/// Our candidates for the addresses at which we can be reached, the first the one that we would rather be called at:
/// host candidates, TCP ones passive, below all of UDP's (RFC 8445 5.1.2, RFC 6544 4.2, RFC 8421).
std::vector<Candidate> host_candidates(std::span<const Address> addresses);

}  // namespace sdr::rtc
