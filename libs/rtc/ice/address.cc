// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sdr::rtc {
namespace {

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return port;
}

/// Both halves of the 128-bit product, folded: every bit of the inputs reaches every bit of the result.
uint64_t fold(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

Address::Address(const Ipv4& ip, uint16_t port, Transport transport) : port_(port), transport_(transport) {
  std::copy(kMapped.begin(), kMapped.end(), ip_.begin());
  std::copy(ip.begin(), ip.end(), ip_.begin() + kMapped.size());
}

std::optional<Address> Address::parse(std::string_view text, Transport transport) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<uint16_t> port = parse_port(text.substr(colon + 1));
  std::string_view ip = text.substr(0, colon);
  const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed) ip = ip.substr(1, ip.size() - 2);
  if (!port || bracketed != (ip.find(':') != std::string_view::npos)) return std::nullopt;
  return parse_ip(ip, *port, transport);
}

std::optional<Address> Address::parse_ip(std::string_view ip, uint16_t port, Transport transport) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (ip.size() >= text.size() || ip.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(ip.begin(), ip.end(), text.begin());
  Ipv4 v4;
  if (::inet_pton(AF_INET, text.data(), v4.data()) == 1) return Address(v4, port, transport);
  Ip v6;
  if (::inet_pton(AF_INET6, text.data(), v6.data()) == 1) return Address(v6, port, transport);
  return std::nullopt;
}

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), ip_.begin()); }

std::string Address::ip_to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip_.data() + kMapped.size() : ip_.data(), text.data(), text.size());
  return text.data();
}

std::string Address::to_string() const {
  const std::string ip = is_v4() ? ip_to_string() : "[" + ip_to_string() + "]";
  return ip + ":" + std::to_string(port_) + (transport_ == Transport::kTcp ? " tcp" : "");
}

uint64_t Address::hash(uint64_t seed) const {
  uint64_t high = 0, low = 0;
  std::memcpy(&high, ip_.data(), 8);
  std::memcpy(&low, ip_.data() + 8, 8);
  const uint64_t rest = uint64_t{port_} << 8 | static_cast<uint64_t>(transport_);
  const uint64_t half = fold(high ^ seed ^ 0x9e3779b97f4a7c15, low ^ 0xd1b54a32d192ed03);
  return fold(half ^ rest, seed ^ 0x8cb92ba72f3d8dd7);
}

}  // namespace sdr::rtc
