// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "base/clock.h"
#include "net/socket.h"

// What one address may have at a time, and how often it may do something, so that one machine cannot take all there is.
// IPv6 addresses count by their first 64 bits, since a single host has as many of the rest as it likes.
//
// Thread: one; pure, time is passed in. Bounds: AddressCounts holds what its owner's connections hold; AddressRates
// knows `addresses_max` addresses and counts all further ones as one, which then share one allowance.

namespace sdr::net {

/// How many of something each address holds.
class AddressCounts {
 public:
  void add(const Address& address) { ++counts_[address.group()]; }
  void remove(const Address& address);
  uint32_t count(const Address& address) const;

 private:
  std::map<uint64_t, uint32_t> counts_;
};

/// A bucket of tokens for each address: `burst` at once, then one each `interval`.
class AddressRates {
 public:
  struct Limit {
    uint32_t burst;
    Duration interval;
  };

  explicit AddressRates(Limit limit, size_t addresses_max = 4096) : limit_(limit), addresses_max_(addresses_max) {}

  /// Takes one where there is one.
  bool allow(const Address& address, Time now);
  /// Whether allow() would refuse now; takes nothing.
  bool exhausted(const Address& address, Time now) const;
  size_t address_count() const { return full_at_.size(); }

 private:
  uint64_t key(const Address& address) const;
  void forget_full(Time now);

  const Limit limit_;
  const size_t addresses_max_;
  std::map<uint64_t, Time> full_at_;  // when the bucket will be full again; one that is full is forgotten
  Time forgot_at_{};
};

}  // namespace sdr::net
