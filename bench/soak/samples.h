// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/common/server.h"

namespace sdr::bench {

/// What the transport takes at a moment, and for how many.
struct Sample {
  double minute = 0;
  uint64_t visitors = 0;   ///< that had come by then
  double kb = 0;           ///< of its heap in use
  double resident_kb = 0;  ///< of anonymous memory
  size_t descriptors = 0, threads = 0;
  double cpu_s = 0;
  double rtc = 0, ws = 0, tcp = 0;  ///< that the transport knows: WebRTC sessions, WebSockets, ICE-TCP connections
  bool answered = false;            ///< it told its metrics

  bool empty() const { return answered && rtc == 0 && ws == 0 && tcp == 0; }
};
Sample take_sample(const Server& server);

/// Those at which the transport has about as many WebRTC sessions as at most of the others, since memory follows those.
std::vector<Sample> of_like_load(std::span<const Sample> samples);

struct Growth {
  double begin_kb = 0, end_kb = 0;  ///< means of the first and the last tenth
  double visitors = 0;              ///< that came between the two
  double slope_kb_min = 0;          ///< least squares over all
  double spread_kb = 0;             ///< standard deviation around that line

  double kb() const { return end_kb - begin_kb; }
  double kb_per_thousand() const { return visitors > 0 ? kb() / visitors * 1000 : 0; }
};
/// Of `kb` or `resident_kb`.
Growth growth_of(std::span<const Sample> samples, double Sample::*kb);

}  // namespace sdr::bench
