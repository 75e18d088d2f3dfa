// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/whep.h"

#include <algorithm>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

constexpr size_t kTextMax = 512;

bool is_printable(std::string_view text) {
  return text.size() <= kTextMax && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Status check(const IceServer& server) {
  std::string_view host = server.url;
  const std::string_view scheme = take_field(host, ':');
  const bool stun = scheme == "stun" || scheme == "stuns", turn = scheme == "turn" || scheme == "turns";
  if (!stun && !turn) return Error(SdpErrc::kBadAttribute, "not a stun: or turn: address: " + server.url);
  if (host.empty() || host[0] == '?' || !is_printable(host) || host.find_first_of(" <>\"") != std::string_view::npos) {
    return Error(SdpErrc::kBadAttribute, "no usable host in " + server.url);
  }
  if (server.username.empty() != server.credential.empty() || server.username.empty() != stun) {
    return Error(SdpErrc::kBadAttribute,
                 "a TURN server needs username and credential, a STUN server none: " + server.url);
  }
  if (!is_printable(server.username) || !is_printable(server.credential)) {
    return Error(SdpErrc::kBadAttribute, "username and credential are printable ASCII: " + server.url);
  }
  return Status();
}

std::string link_header(const IceServer& server) {
  std::string value = "<" + server.url + ">; rel=\"ice-server\"";
  if (server.username.empty()) return value;
  value += "; username=" + in_quotes(server.username);
  return value + "; credential=" + in_quotes(server.credential) + "; credential-type=\"password\"";
}

std::string ice_etag(std::string_view local_ufrag) { return in_quotes(local_ufrag); }

EtagMatch match_etag(std::optional<std::string_view> if_match, std::string_view etag) {
  if (!if_match) return EtagMatch::kMissing;
  if (trim(*if_match) == "*") return EtagMatch::kAny;
  // A list; our own tags hold no commas.
  for (std::string_view rest = *if_match; !rest.empty();) {
    if (trim(take_field(rest, ',')) == etag) return EtagMatch::kSame;
  }
  return EtagMatch::kOther;
}

}  // namespace sdr::rtc
