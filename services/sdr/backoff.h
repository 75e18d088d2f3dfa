// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"

// How long to wait before a service that died is started again: a little at first, twice as long each time, and a
// little again once it has run for a while. Pure: time is passed in. Thread: one.

namespace sdr::command {

class Backoff {
 public:
  struct Options {
    Duration first = std::chrono::milliseconds(250);
    Duration most = std::chrono::seconds(10);
    Duration calm = std::chrono::seconds(30);  ///< having run for this long, it counts as well
  };

  Backoff() : Backoff(Options{}) {}
  explicit Backoff(const Options& options) : options_(options), next_(options.first) {}

  void started(Time now) { started_ = now; }

  /// It died: how long to wait before the next start.
  Duration died(Time now);

 private:
  Options options_;
  Duration next_;
  Time started_{};
};

}  // namespace sdr::command
