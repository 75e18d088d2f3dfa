// SPDX-License-Identifier: Apache-2.0
#include "rounds.h"

#include <algorithm>
#include <exception>

#include "tests/faults/chaos.h"

namespace sdr::bench {
namespace {

using namespace std::chrono_literals;
using faults::Stand;
using schema::Action;
using schema::Mode;

// A loop of its own: the stand's looks after witness and network in turns of up to 2 ms, which would be measured too.
void turn_until(Stand& stand, const std::function<bool()>& condition) {
  const Time give_up = std::chrono::steady_clock::now() + 10s;
  while (!condition() && std::chrono::steady_clock::now() < give_up) stand.loop.run_once(1ms);
}

Duration since(uint64_t start_us) { return std::chrono::microseconds(monotonic_us() - start_us); }

}  // namespace

double Times::quantile_ms(double q) const {
  if (ms_.empty()) return 0.0;
  std::vector<double> sorted = ms_;
  std::sort(sorted.begin(), sorted.end());
  const auto rank = static_cast<size_t>(q * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

FaultRound suffer_repeatedly(Stand& stand, const faults::Fault& fault, int repeats) {
  FaultRound round;
  round.fault = &fault;
  for (int i = 0; i < repeats; ++i) {
    const faults::Outcome outcome = faults::suffer(stand, fault);
    if (outcome.wrong.empty()) {
      round.to_zero.add(outcome.to_zero);
    } else {
      round.wrong.push_back(outcome.wrong);
    }
  }
  return round;
}

EstopRound press_estop(Stand& stand, int times) {
  EstopRound round;
  faults::Operator& pilot = stand.pilot();
  for (int i = 0; i < times; ++i) {
    stand.drive();
    stand.run_for(std::chrono::milliseconds(20 + i * 7 % 31));  // anywhere in the robot's and the network's periods
    uint64_t start_us = monotonic_us();
    const uint64_t replies = pilot.clock_replies();
    pilot.raw().send(5, std::string(17, '\0'));
    turn_until(stand, [&] { return pilot.clock_replies() > replies; });
    round.bare.add(since(start_us));
    start_us = monotonic_us();
    pilot.send(Action::estop, schema::EstopData{});
    turn_until(stand, [&] { return pilot.safety().mode == Mode::estop; });
    round.to_page.add(since(start_us));
    stand.require("the trace of an ESTOP", [&] { return stand.witness().mode() == Mode::estop; });
    const uint64_t stopped_us = stand.witness().mode_since_us();
    round.to_robot.add(std::chrono::microseconds(stopped_us > start_us ? stopped_us - start_us : 0));
  }
  return round;
}

ChaosRound break_things(double minutes, uint64_t seed) {
  ChaosRound round;
  const Time start = std::chrono::steady_clock::now();
  const auto passed_min = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 60.0;
  };
  Stand stand({.seed = seed});
  faults::Chaos chaos(stand, seed);
  try {
    while (passed_min() < minutes) chaos.step();
    stand.relay().set_profile({});
    stand.drive();
    if (!stand.all_alive()) round.wrong.emplace_back("a process died");
    const std::string ends = stand.end();
    if (!ends.empty()) round.wrong.push_back(ends);
  } catch (const std::exception& error) {
    round.wrong.emplace_back(error.what());
  }
  round.minutes = passed_min();
  round.faults = chaos.faults();
  round.audit = stand.witness().audit();
  for (const std::string& finding : stand.witness().findings()) round.wrong.push_back(finding);
  return round;
}

}  // namespace sdr::bench
