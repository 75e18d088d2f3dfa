// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rtc/ice/ice_agent.h"
#include "rtc/ice/stun_writer.h"

// What tests of the agent share: a browser that asks, and a record of what the agent tells its owner. For tests only.

namespace sdr::rtc {

inline const IceCredentials kOurs("ourUfrag", "ourPasswordOf24Letters00");
inline const IceCredentials kOursLater("newUfrag", "newPasswordOf24Letters00");

struct RecordedEvents final : IceEvents {
  void on_address(const Address& address) override { log.push_back("address " + address.to_string()); }
  void on_address_forgotten(const Address& address) override { log.push_back("forgotten " + address.to_string()); }
  void on_selected(const Address& address) override { log.push_back("selected " + address.to_string()); }
  void on_credentials_retired(const IceCredentials& credentials) override {
    log.push_back("retired " + std::string(credentials.ufrag()));
  }
  void on_end(IceEnd end) override { log.push_back(end == IceEnd::kConsentLost ? "consent lost" : "never connected"); }

  /// What was told since the last call.
  std::vector<std::string> take() { return std::exchange(log, {}); }

  std::vector<std::string> log;
};

/// A binding request as a browser makes it, in parts that a test may leave out or change.
struct Check {
  std::string username = "ourUfrag:theirs";
  std::string password = "ourPasswordOf24Letters00";
  bool nominates = false;
  bool controlled = false;
  bool with_username = true, with_integrity = true, with_fingerprint = true;
  std::vector<uint16_t> extra_attributes = {};
  StunClass message_class = StunClass::kRequest;
  uint16_t method = kStunBinding;

  /// Valid until the next call.
  std::span<const uint8_t> bytes() {
    StunWriter writer(memory, message_class, method, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    if (with_username) writer.add_text(StunAttribute::kUsername, username);
    writer.add_u32(StunAttribute::kPriority, 1853824767);
    writer.add_u64(controlled ? StunAttribute::kIceControlled : StunAttribute::kIceControlling, 42);
    if (nominates) writer.add_flag(StunAttribute::kUseCandidate);
    for (const uint16_t type : extra_attributes) writer.add_u32(static_cast<StunAttribute>(type), 7);
    if (with_integrity) writer.add_integrity(password);
    if (with_fingerprint) writer.add_fingerprint();
    return writer.finish();
  }

  std::array<uint8_t, 512> memory = {};
};

}  // namespace sdr::rtc
