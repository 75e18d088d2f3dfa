// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string_view>

#include "rtc/ice/address.h"
#include "rtc/ice/credentials.h"
#include "rtc/ice/flat_table.h"
#include "rtc/ice/ice_agent.h"

// Whose is this datagram, when all sessions share one port? By the sender's address, which is one look-up for each
// media and control packet; and by user fragment for a STUN request whose sender is not known yet, or who opens a new
// session from an old one's address.
//
// Sessions are the caller's (`Session*`); the table owns nothing. Sized once for `sessions_max`; only what an agent
// vouches for is entered, so strangers can neither fill it nor, with the seed secret, make it slow.
//
// Thread: one, that of its sessions.

namespace sdr::rtc {

template <typename Session>
class SessionTable {
 public:
  /// `seed`: a random number nobody else knows.
  SessionTable(size_t sessions_max, uint64_t seed)
      : addresses_(sessions_max * IceAgent::kAddressesMax, {seed}), ufrags_(2 * sessions_max, {seed}) {}

  /// Null where nobody has that address.
  Session* find(const Address& address) const { return pointer(addresses_.find(address)); }
  /// Null where no session has that user fragment.
  Session* find(std::string_view ufrag) const {
    return ufrag.size() == IceCredentials::kUfragSize ? pointer(ufrags_.find(key_of(ufrag))) : nullptr;
  }

  /// False where the user fragment is taken (make new credentials and try again) or the table is full. Two per session
  /// fit, as an ICE restart needs.
  bool add(const IceCredentials& credentials, Session* session) {
    const uint64_t key = key_of(credentials.ufrag());
    return ufrags_.find(key) == nullptr && ufrags_.insert(key, session);
  }
  void remove(const IceCredentials& credentials) { ufrags_.erase(key_of(credentials.ufrag())); }

  /// From now on the address is this session's; gives back the other one that had it until then, or null. Never full as
  /// long as sessions are no more than were announced.
  Session* bind(const Address& address, Session* session) {
    Session* const before = find(address);
    const bool fits = addresses_.insert(address, session);
    SDR_ASSERT(fits, "more sessions than the table was made for");
    return before == session ? nullptr : before;
  }
  /// Without effect where another session has it by now.
  void unbind(const Address& address, const Session* session) {
    if (find(address) == session) addresses_.erase(address);
  }

  size_t addresses() const { return addresses_.size(); }

 private:
  struct AddressHash {
    uint64_t seed = 0;
    uint64_t operator()(const Address& address) const { return address.hash(seed); }
  };
  /// User fragments are random already; only their six bits a character want spreading.
  struct UfragHash {
    uint64_t seed = 0;
    uint64_t operator()(uint64_t key) const {
      const uint64_t mixed = (key ^ seed) * 0x9e3779b97f4a7c15;
      return mixed ^ mixed >> 32;
    }
  };

  static uint64_t key_of(std::string_view ufrag) {
    static_assert(IceCredentials::kUfragSize == sizeof(uint64_t));
    uint64_t key = 0;
    std::memcpy(&key, ufrag.data(), sizeof(key));
    return key;
  }
  static Session* pointer(Session* const* found) { return found == nullptr ? nullptr : *found; }

  FlatTable<Address, Session*, AddressHash> addresses_;
  FlatTable<uint64_t, Session*, UfragHash> ufrags_;
};

}  // namespace sdr::rtc
