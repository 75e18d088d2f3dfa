// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sdr/http_get.h"

// What the services' answers to a health question mean, as words for the terminal. Pure; answers may be anything.

namespace sdr::command {

struct ServiceFacts {
  bool ready = false;
  std::string details;             ///< where ready: what it is, as "rover, 640x360 at 60 fps, llvmpipe, libx264"
  std::string waiting;             ///< where not: what for
  std::optional<int64_t> clients;  ///< the transport's
};

ServiceFacts nats_facts(const HttpAnswer& varz, uint16_t port);
ServiceFacts sim_facts(const HttpAnswer& health);
ServiceFacts transport_facts(const HttpAnswer& health, const std::string& address);

/// "a viewer came (2 watching)", "the last viewer left"; `before` and `now` differ.
std::string describe_clients(int64_t before, int64_t now);

}  // namespace sdr::command
