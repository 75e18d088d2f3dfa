// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "rtc/sdp/negotiation.h"

// The other side of a negotiation, as a WHEP player makes it: an offer to receive one video and to open data channels,
// and what an answer made of it. For players of our own: tests that need no browser, and loads of a thousand viewers.
//
// Thread: any; values.

namespace sdr::rtc {

struct OfferOptions {
  std::string session_id;     ///< digits
  TransportParameters local;  ///< setup is "actpass" whatever stands here
  std::vector<Candidate> candidates;
  bool video = true, data = true;
  bool hevc = false;  ///< beside H.264
};

/// H.264 in constrained baseline, main and high, each with RTX; mids "0" and "1", bundled.
SessionDescription make_offer(const OfferOptions& options);

/// Errors: kNotAnAnswer where sections, mids or payload types are not those offered, kNoTransport, kBadSetup where the
/// other side has not chosen between client and server, kNothingInCommon where all was refused.
Result<Negotiated> accept_answer(const SessionDescription& offer, const SessionDescription& answer);

}  // namespace sdr::rtc
