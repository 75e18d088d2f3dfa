// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crowd.h"
#include "samples.h"

namespace sdr::bench {

struct SoakOptions {
  double minutes = 30;
  size_t viewers = 60;
  uint64_t seed = 1;
};

struct SoakFindings {
  double minutes = 0;        ///< that viewers came and went
  Sample cold;               ///< nobody has been there yet
  Sample idle_before;        ///< nobody is there after the first cycle, which a tenth of the time was
  Sample idle_after;         ///< ... and after the second
  double kb_per_viewer = 0;  ///< of the heap
  double resident_kb_per_viewer = 0;
  Growth one;   ///< with a single viewer, who stays
  Growth many;  ///< the second cycle, at like load
  Growth many_resident;
  double usual_rtc = 0, usual_ws = 0, cpu = 0;
  Tally total;
  std::vector<Tally> kinds;
  uint64_t second_cycle_visitors = 0;
  Figures staying, passing;
  uint64_t pauses = 0;  ///< that the machine made
  double pauses_s = 0;
  size_t stayers_lost = 0;          ///< whom the server let go
  std::vector<std::string> broken;  ///< what must not be
  std::vector<std::string> complaints;
  std::string last_words;  ///< of the transport's log, where something broke

  void broke(const std::string& what);
  /// What the second cycle's samples say.
  void conclude(std::span<const Sample> samples);
  /// Of idle_before and idle_after.
  void judge_what_is_left();

  double idle_growth_kb() const { return idle_after.kb - idle_before.kb; }
  double idle_kb_per_thousand() const {
    return second_cycle_visitors > 0 ? idle_growth_kb() / static_cast<double>(second_cycle_visitors) * 1000 : 0;
  }
};

}  // namespace sdr::bench
