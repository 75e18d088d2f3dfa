// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace sdr::transport {

/// Who asked for control while another client had it, so that the operator sees to whom it can be handed. Asking gives
/// nothing by itself: the lease goes to a client that is named by `hand`, or that acquires it when it is free.
///
/// Thread: one; pure, time is passed in. Bounds: kMost clients, each forgotten kRemembered after it last asked.
class Askers {
 public:
  static constexpr size_t kMost = 8;
  static constexpr Duration kRemembered = std::chrono::seconds(30);

  void asked(std::string_view client, Time now) {
    for (Asker& asker : askers_) {
      if (asker.client == client) return void(asker.when = now);
    }
    if (askers_.size() == kMost) return;
    askers_.push_back({std::string(client), now});
    changed_ = true;
  }

  void forget(std::string_view client) {
    changed_ |= std::erase_if(askers_, [&](const Asker& asker) { return asker.client == client; }) > 0;
  }

  void on_tick(Time now) {
    changed_ |= std::erase_if(askers_, [&](const Asker& asker) { return now - asker.when >= kRemembered; }) > 0;
  }

  /// Whether the list is another one than when this was last asked.
  bool take_changed() { return std::exchange(changed_, false); }

  /// First come first.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Asker& asker : askers_) names.push_back(asker.client);
    return names;
  }
  bool empty() const { return askers_.empty(); }

 private:
  struct Asker {
    std::string client;
    Time when;
  };

  std::vector<Asker> askers_;
  bool changed_ = false;
};

}  // namespace sdr::transport
