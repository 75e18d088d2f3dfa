// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

// Stands in for the simulator: writes frames of the size of 8 Mbit/s at 60 per second into a real ring, each stamped
// with the time of its commit, with keyframes as the simulator makes them: when asked, debounced, else every ten
// seconds.

namespace sdr::bench {

struct FeederOptions {
  std::string ring;
  size_t frame_bytes = 16'700;
  double fps = 60;
  uint32_t keyframe_every = 600;
  int core = 1;
};

class Feeder {
 public:
  explicit Feeder(FeederOptions options);
  ~Feeder();
  /// From any thread: somebody asks for a keyframe.
  void request_keyframe() { wanted_.store(true); }
  uint64_t frames() const { return frames_.load(); }

 private:
  void run();

  const FeederOptions options_;
  std::atomic<bool> wanted_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> frames_{0};
  std::thread thread_;
};

}  // namespace sdr::bench
