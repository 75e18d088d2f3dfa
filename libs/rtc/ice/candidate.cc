// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/candidate.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "rtc/ice/credentials.h"
#include "rtc/ice/errc.h"

namespace sdr::rtc {
namespace {

constexpr size_t kLineMax = 512;
constexpr size_t kHostMax = 255;  // of a DNS name
constexpr size_t kFieldsMin = 8;  // foundation to type
constexpr std::string_view kPrefix = "candidate:";
constexpr std::array<std::string_view, 4> kTypes = {"host", "srflx", "prflx", "relay"};
constexpr std::array<std::string_view, 4> kTcpRoles = {"", "active", "passive", "so"};

// RFC 8445 5.1.2.2 recommends 126 for host candidates; the lower one for TCP is what browsers use, too.
constexpr uint32_t kHostPreference = 126, kTcpHostPreference = 90;
constexpr uint32_t kTcpPassivePreference = 4;  // RFC 6544 4.2: "direction" of a passive host candidate

std::string_view next_field(std::string_view& rest) {
  const size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

template <typename Number>
bool read(std::string_view text, Number least, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && value >= least;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool read_transport(std::string_view text, Transport& transport) {
  const bool tcp = equals_ignoring_case(text, "tcp");
  transport = tcp ? Transport::kTcp : Transport::kUdp;
  return tcp || equals_ignoring_case(text, "udp");
}

bool is_host_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= kHostMax && std::all_of(text.begin(), text.end(), fits);
}

bool read_host(std::string_view text, Candidate& candidate) {
  candidate.host = text.substr(0, kHostMax);
  candidate.address = Address::parse_ip(text, candidate.port, candidate.transport);
  return candidate.address || is_host_name(text);
}

template <typename Enum>
bool read_word(const std::array<std::string_view, 4>& words, std::string_view text, Enum& value) {
  const auto found = std::find(words.begin(), words.end(), text);
  value = static_cast<Enum>(found - words.begin());
  return found != words.end() && !text.empty();
}

/// Pairs of a name and a value, of which only tcptype matters here; a TCP candidate must have it (RFC 6544 4.5).
bool read_extensions(std::string_view rest, Candidate& candidate) {
  while (!rest.empty()) {
    const std::string_view name = next_field(rest), value = next_field(rest);
    if (name.empty() || (value.empty() && name != "ufrag")) return false;
    if (name == "tcptype" && !read_word(kTcpRoles, value, candidate.tcp_role)) return false;
  }
  return (candidate.transport == Transport::kTcp) == (candidate.tcp_role != TcpRole::kNone);
}

bool read_fields(std::string_view rest, Candidate& candidate) {
  std::array<std::string_view, kFieldsMin> fields;
  for (std::string_view& field : fields) field = next_field(rest);
  const auto [foundation, component, transport, priority, host, port, typ, type] = fields;
  if (!is_ice_text(foundation, 1) || foundation.size() > 32) return false;
  candidate.foundation = foundation;
  return read(component, uint16_t{1}, candidate.component) && candidate.component <= 256 &&
         read_transport(transport, candidate.transport) && read(priority, 1u, candidate.priority) &&
         read(port, uint16_t{0}, candidate.port) && read_host(host, candidate) && typ == "typ" &&
         read_word(kTypes, type, candidate.type) && read_extensions(rest, candidate);
}

/// Addresses of one family that follow each other have preferences next to each other; IPv6 is not put ahead of all
/// IPv4 (RFC 8421 4): the order is the configuration's.
uint32_t host_priority(Transport transport, size_t index) {
  const auto rank = static_cast<uint32_t>(index);
  const bool tcp = transport == Transport::kTcp;
  const uint32_t local = tcp ? kTcpPassivePreference << 13 | (0x1FFFu - rank) : 0xFFFFu - rank;
  return (tcp ? kTcpHostPreference : kHostPreference) << 24 | local << 8 | (256 - 1);
}

}  // namespace

Result<Candidate> parse_candidate(std::string_view text) {
  const Error bad(IceErrc::kBadCandidate);
  if (text.size() > kLineMax || text.substr(0, kPrefix.size()) != kPrefix) return bad;
  Candidate candidate;
  if (!read_fields(text.substr(kPrefix.size()), candidate)) return bad;
  return candidate;
}

std::string to_string(const Candidate& candidate) {
  std::string text(kPrefix);
  text += candidate.foundation + ' ' + std::to_string(candidate.component);
  text += candidate.transport == Transport::kTcp ? " tcp " : " udp ";
  text += std::to_string(candidate.priority) + ' ' + candidate.host + ' ' + std::to_string(candidate.port) + " typ ";
  text += kTypes[static_cast<size_t>(candidate.type)];
  if (candidate.tcp_role != TcpRole::kNone) text += " tcptype ";
  text += kTcpRoles[static_cast<size_t>(candidate.tcp_role)];
  return text;
}

std::vector<Candidate> host_candidates(std::span<const Address> addresses) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Address& address = addresses[i];
    Candidate candidate;
    candidate.foundation = std::to_string(i + 1);
    candidate.transport = address.transport();
    candidate.priority = host_priority(address.transport(), i);
    candidate.host = address.ip_to_string();
    candidate.port = address.port();
    candidate.tcp_role = address.transport() == Transport::kTcp ? TcpRole::kPassive : TcpRole::kNone;
    candidate.address = address;
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace sdr::rtc
