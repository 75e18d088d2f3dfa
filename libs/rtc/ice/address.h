// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Who is at the other end: an IP address, a port, and whether it is reached by UDP or over an accepted TCP connection
// (RFC 6544), as one small value that is compared and hashed for each datagram. It knows no socket; a service turns the
// kernel's form into it and back.
//
// IPv4 is kept in its IPv6-mapped form (RFC 4291 2.5.5.2), which is what a dual-stack socket delivers, so that one peer
// has one address whichever socket it was heard on. Scope ids of link-local addresses are not kept.
//
// Thread: any; a value type. Parsing and printing are for set-up and logs; hashing and comparing allocate nothing.

namespace sdr::rtc {

enum class Transport : uint8_t { kUdp, kTcp };

class Address {
 public:
  using Ip = std::array<uint8_t, 16>;
  using Ipv4 = std::array<uint8_t, 4>;

  /// [::]:0 over UDP: nobody.
  Address() = default;
  Address(const Ip& ip, uint16_t port, Transport transport = Transport::kUdp)
      : ip_(ip), port_(port), transport_(transport) {}
  Address(const Ipv4& ip, uint16_t port, Transport transport = Transport::kUdp);

  /// "192.0.2.1:8189" or "[2001:db8::1]:8189". Names are not resolved.
  static std::optional<Address> parse(std::string_view text, Transport transport = Transport::kUdp);
  /// An address in either family's text form, without brackets.
  static std::optional<Address> parse_ip(std::string_view ip, uint16_t port, Transport transport = Transport::kUdp);

  bool is_v4() const;
  const Ip& ip() const { return ip_; }
  /// The last four bytes, which are the address where is_v4().
  Ipv4 ipv4() const { return {ip_[12], ip_[13], ip_[14], ip_[15]}; }
  uint16_t port() const { return port_; }
  Transport transport() const { return transport_; }

  /// "192.0.2.1:8189" or "[2001:db8::1]:8189", with " tcp" behind it where it is TCP.
  std::string to_string() const;
  std::string ip_to_string() const;

  /// Spread evenly over 64 bits, differently for each seed: with a secret one nobody can choose addresses that collide.
  uint64_t hash(uint64_t seed) const;

  friend bool operator==(const Address&, const Address&) = default;

 private:
  Ip ip_{};
  uint16_t port_ = 0;
  Transport transport_ = Transport::kUdp;
};

}  // namespace sdr::rtc
