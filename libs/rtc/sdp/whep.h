// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

// The headers that WHEP adds to HTTP (draft-ietf-wish-whep, after RFC 9725): which STUN and TURN servers a client may
// use, and which ICE session a PATCH is about.
//
// Thread: any; pure functions.

namespace sdr::rtc {

/// A STUN or TURN server of the configuration's, as it is handed to browsers.
struct IceServer {
  std::string url;                   ///< "stun:HOST[:PORT]", "turns:HOST[:PORT][?transport=tcp]" (RFC 7064, RFC 7065)
  std::string username, credential;  ///< TURN's; both or neither
};

/// Whether it can be handed out: a scheme of ICE's, a host, printable ASCII; TURN with both username and credential,
/// STUN with none. Errors: kBadAttribute, saying what is wrong with it.
Status check(const IceServer& server);

/// The value of a `Link` header for a server that passed check() (RFC 9725 4.6).
std::string link_header(const IceServer& server);

/// The entity tag of an ICE session: it changes with each restart. Quotes included.
std::string ice_etag(std::string_view local_ufrag);

enum class EtagMatch {
  kMissing,  ///< no If-Match: 428
  kSame,     ///< about the current session
  kAny,      ///< "*": a restart
  kOther,    ///< about an earlier one: 412
};

/// What `If-Match` says about a session with that tag; weak tags match nothing (RFC 9110 13.1.1).
EtagMatch match_etag(std::optional<std::string_view> if_match, std::string_view etag);

}  // namespace sdr::rtc
