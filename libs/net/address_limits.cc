// SPDX-License-Identifier: Apache-2.0
#include "net/address_limits.h"

#include "base/assert.h"

namespace sdr::net {
namespace {

constexpr uint64_t kAllFurther = ~uint64_t{0};  // no group: these 64 bits are of a multicast address
constexpr Duration kForgetInterval = std::chrono::seconds(1);

}  // namespace

void AddressCounts::remove(const Address& address) {
  const auto found = counts_.find(address.group());
  SDR_ASSERT(found != counts_.end(), "an address gives back what it has");
  if (--found->second == 0) counts_.erase(found);
}

uint32_t AddressCounts::count(const Address& address) const {
  const auto found = counts_.find(address.group());
  return found == counts_.end() ? 0 : found->second;
}

bool AddressRates::allow(const Address& address, Time now) {
  if (now - forgot_at_ >= kForgetInterval) forget_full(now);
  if (exhausted(address, now)) return false;
  Time& full_at = full_at_[key(address)];
  full_at = std::max(full_at, now) + limit_.interval;
  return true;
}

// The bucket holds `burst` when full_at has come, and one less for each interval before.
bool AddressRates::exhausted(const Address& address, Time now) const {
  const auto found = full_at_.find(key(address));
  return found != full_at_.end() && found->second - now > limit_.interval * (static_cast<int64_t>(limit_.burst) - 1);
}

uint64_t AddressRates::key(const Address& address) const {
  const uint64_t group = address.group();
  return full_at_.size() < addresses_max_ || full_at_.contains(group) ? group : kAllFurther;
}

void AddressRates::forget_full(Time now) {
  forgot_at_ = now;
  std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace sdr::net
