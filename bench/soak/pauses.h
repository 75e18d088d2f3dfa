// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace sdr::bench {

/// Notices when the machine did not let this process run, as where a virtual one is stopped for a minute: consent
/// lapses meanwhile, and that is nobody's fault. On a thread of its own, which waits for nothing but time, so that a
/// server that does not answer is not taken for such a pause.
class Pauses {
 public:
  ~Pauses() {
    stopping_.store(true);
    thread_.join();
  }
  uint64_t count() const { return count_.load(); }
  /// Whether there was one after count() was that. Waits a little before it says no.
  bool any_since(uint64_t count) const {
    if (count_.load() == count) std::this_thread::sleep_for(3 * kBeat);
    return count_.load() != count;
  }
  double seconds() const { return static_cast<double>(total_ms_.load()) / 1000; }

 private:
  static constexpr std::chrono::milliseconds kBeat{100}, kPause{3000};

  void run() {
    auto last = std::chrono::steady_clock::now();
    while (!stopping_.load()) {
      std::this_thread::sleep_for(kBeat);
      const auto now = std::chrono::steady_clock::now();
      if (now - last > kPause) {
        total_ms_.fetch_add(std::chrono::duration_cast<std::chrono::milliseconds>(now - last).count());
        count_.fetch_add(1);
      }
      last = now;
    }
  }

  std::atomic<uint64_t> count_{0};
  std::atomic<int64_t> total_ms_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_{[this] { run(); }};
};

}  // namespace sdr::bench
