// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/chaos.h"

namespace sdr::faults {

using namespace std::chrono_literals;

void Chaos::step() {
  change_network();
  work();
  change_stick();
  stand_.run_for(between(50ms, 800ms));
  const Fault& fault = pick_fault();
  ++faults_;
  fault.inflict(stand_);
  stand_.run_for(between(50ms, pick<Duration>({400ms, 1200ms, 4s})));
  if (random_() % 2 == 0) change_stick();  // while nobody hears it
  fault.heal(stand_);
  stand_.run_for(between(0ms, 600ms));
}

const Fault& Chaos::pick_fault() {
  while (true) {
    const auto group = faults::faults(pick({Group::processes, Group::network, Group::network, Group::ring}));
    const Fault& fault = group[random_() % group.size()];
    if (!fault.by_process) return fault;
  }
}

void Chaos::change_network() {
  LinkProfile profile;
  profile.delay = pick<Duration>({0ms, 0ms, 10ms, 50ms, 120ms});
  profile.jitter = pick<Duration>({0ms, 5ms, 60ms});
  profile.loss = pick({0.0, 0.0, 0.01, 0.05});
  profile.bytes_per_s = pick<uint64_t>({0, 0, 500'000});
  stand_.relay().set_profile(profile);
}

void Chaos::change_stick() {
  stand_.pilot().set_ttl(pick<std::optional<uint32_t>>({std::nullopt, 100, 300, 1000}));
  stand_.pilot().set_stick(pick<std::optional<double>>({Stand::kYaw, Stand::kYaw, -0.5, 0.0, std::nullopt}));
}

// As an operator does who wants to go on; on a bad network he may not get there.
void Chaos::work() {
  stand_.pilot().set_ttl(random_() % 2 == 0 ? std::optional<uint32_t>(1000) : std::nullopt);
  const Time give_up = std::chrono::steady_clock::now() + 3s;
  stand_.until([&] { return stand_.step_towards_motion() || std::chrono::steady_clock::now() > give_up; });
}

}  // namespace sdr::faults
