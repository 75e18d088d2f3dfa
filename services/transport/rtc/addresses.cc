// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

namespace sdr::transport {
namespace {

constexpr size_t kInterfacesMax = 16;

bool is_wildcard(const rtc::Address& address) {
  const std::span<const uint8_t> ip = std::span(address.ip()).last(address.is_v4() ? 4 : 16);
  return std::all_of(ip.begin(), ip.end(), [](uint8_t byte) { return byte == 0; });
}

bool is_link_local(const rtc::Address& address) {
  if (address.is_v4()) return address.ipv4()[0] == 169 && address.ipv4()[1] == 254;
  return address.ip()[0] == 0xfe && (address.ip()[1] & 0xc0) == 0x80;
}

bool is_loopback(const rtc::Address& address) { return to_net(address, AF_INET6).is_loopback(); }

/// Loopback only where there is nothing else.
std::vector<rtc::Address> interface_addresses(uint16_t port, bool v6_too) {
  std::vector<rtc::Address> found, loopback;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return found;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, &freeifaddrs);
  for (const ifaddrs* each = list; each != nullptr && found.size() < kInterfacesMax; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
    const bool v4 = each->ifa_addr->sa_family == AF_INET, v6 = each->ifa_addr->sa_family == AF_INET6;
    if (!v4 && !(v6 && v6_too)) continue;
    sockaddr_storage storage{};
    const socklen_t size = v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    std::memcpy(&storage, each->ifa_addr, size);
    const rtc::Address ip = to_rtc(net::Address::from_sockaddr(storage, size));
    const rtc::Address address(ip.ip(), port);
    if (!is_link_local(address)) (is_loopback(address) ? loopback : found).push_back(address);
  }
  return found.empty() ? loopback : found;
}

}  // namespace

rtc::Address to_rtc(const net::Address& address, rtc::Transport transport) {
  if (address.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address.data());
    rtc::Address::Ipv4 ip{};
    std::memcpy(ip.data(), &v4->sin_addr, ip.size());
    return {ip, ntohs(v4->sin_port), transport};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address.data());
  rtc::Address::Ip ip{};
  if (address.family() == AF_INET6) std::memcpy(ip.data(), &v6->sin6_addr, ip.size());
  return {ip, address.family() == AF_INET6 ? ntohs(v6->sin6_port) : uint16_t{0}, transport};
}

net::Address to_net(const rtc::Address& address, int family) {
  sockaddr_storage storage{};
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port());
    std::memcpy(&v4.sin_addr, address.ipv4().data(), 4);
    std::memcpy(&storage, &v4, sizeof(v4));
    return net::Address::from_sockaddr(storage, sizeof(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port());
  std::memcpy(&v6.sin6_addr, address.ip().data(), address.ip().size());
  std::memcpy(&storage, &v6, sizeof(v6));
  return net::Address::from_sockaddr(storage, sizeof(v6));
}

Result<std::vector<rtc::Address>> reachable_addresses(const net::Address& bound,
                                                      const std::vector<std::string>& announced, bool tcp) {
  std::vector<rtc::Address> addresses;
  const uint16_t port = bound.port();
  for (const std::string& text : announced) {
    auto address = rtc::Address::parse_ip(text, port);
    if (!address) address = rtc::Address::parse(text);
    if (!address) return Error(make_error_code(std::errc::invalid_argument), text + " is no address");
    addresses.push_back(*address);
  }
  const rtc::Address own = to_rtc(bound);
  if (!is_wildcard(own)) {
    addresses.push_back(own);
  } else {
    for (const rtc::Address& each : interface_addresses(port, bound.family() == AF_INET6)) addresses.push_back(each);
  }
  if (!tcp) return addresses;
  for (size_t i = 0, count = addresses.size(); i < count; ++i) {
    addresses.emplace_back(addresses[i].ip(), addresses[i].port(), rtc::Transport::kTcp);
  }
  return addresses;
}

}  // namespace sdr::transport
