// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/common/server.h"
#include "crowd.h"
#include "pauses.h"
#include "samples.h"
#include "visit.h"

// The run: a server, and who comes to it, from the first moment to the last.

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

  double idle_growth_kb() const { return idle_after.kb - idle_before.kb; }
  double idle_kb_per_thousand() const {
    return second_cycle_visitors > 0 ? idle_growth_kb() / static_cast<double>(second_cycle_visitors) * 1000 : 0;
  }
};

class Soak {
 public:
  /// `interrupts`: how often the run was asked to end: once to see off who is there, twice to leave at once.
  Soak(const SoakOptions& options, std::function<int()> interrupts);

  SoakFindings run();

 private:
  using Minutes = std::chrono::duration<double, std::ratio<60>>;
  struct Stayer {
    const Kind* kind;
    std::unique_ptr<Visit> visit;
  };

  void measure_one_viewer();
  void hold_one();
  /// Some stay, the others come and go.
  void cycle(Minutes time);
  /// That many more stay.
  void stay(const Kind& kind, size_t count);
  void excuse_all();
  void stayers_leave();
  /// Everybody goes, and the transport has noticed.
  Sample see_off();

  void run_for(Minutes time);
  void turn();
  void sample();
  void progress();
  void broke(const std::string& what);
  void conclude();
  void judge_what_is_left();
  Sample sample_now() const { return take_sample(server_); }

  const SoakOptions options_;
  const std::function<int()> interrupts_;
  Server server_;
  Scene scene_;
  std::vector<Stayer> staying_;
  Crowd crowd_;
  bool crowd_comes_ = false;
  int patience_ = 0;  // how many interrupts do not end what is going on
  const Time start_ = std::chrono::steady_clock::now();
  const Pauses pauses_;
  uint64_t pauses_seen_ = 0;
  Time next_look_{}, next_sample_{}, last_turn_ = start_;
  std::vector<Sample> samples_;  // of the part that is going on
  int minutes_told_ = 0;
  SoakFindings findings_;
};

}  // namespace sdr::bench
