// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/common/server.h"
#include "crowd.h"
#include "findings.h"
#include "visit.h"

// The run: a server, and who comes to it, from the first moment to the last.

namespace sdr::bench {

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
    uint64_t pauses;  // before it came
  };

  void measure_one_viewer();
  void hold_one();
  /// Some stay, the others come and go.
  void cycle(Minutes time);
  /// That many more stay.
  void stay(const Kind& kind, size_t count);
  void stayers_come_again();
  void stayers_leave();
  /// Everybody goes, and the transport has noticed.
  Sample see_off();

  void run_for(Minutes time);
  void turn();
  void sample();
  void progress();
  void tell_of_visitors();
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
  uint64_t pauses_seen_ = 0;
  Time next_look_{}, next_sample_{};
  std::vector<Sample> samples_;  // of the part that is going on
  int minutes_told_ = 0;
  SoakFindings findings_;
};

}  // namespace sdr::bench
