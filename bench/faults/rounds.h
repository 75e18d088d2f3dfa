// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/faults/fault.h"

// What the benchmark measures, each in one call.

namespace sdr::bench {

/// Times of one thing, in milliseconds.
class Times {
 public:
  void add(Duration time) { ms_.push_back(std::chrono::duration<double, std::milli>(time).count()); }
  size_t count() const { return ms_.size(); }
  /// Of the sorted times, 0 to 1; 0 where there are none.
  double quantile_ms(double q) const;

 private:
  std::vector<double> ms_;
};

struct FaultRound {
  const faults::Fault* fault = nullptr;
  Times to_zero;
  std::vector<std::string> wrong;
};
FaultRound suffer_repeatedly(faults::Stand& stand, const faults::Fault& fault, int repeats);

struct EstopRound {
  Times to_robot;  // from the send to the robot side's ESTOP
  Times to_page;   // ... and until the sender has heard of it
  Times bare;      // a clock request and its reply, past the same transport: what the way costs by itself
};
EstopRound press_estop(faults::Stand& stand, int times);

struct ChaosRound {
  uint64_t faults = 0;
  double minutes = 0.0;
  faults::Witness::Audit audit;
  std::vector<std::string> wrong;
};
ChaosRound break_things(double minutes, uint64_t seed);

}  // namespace sdr::bench
