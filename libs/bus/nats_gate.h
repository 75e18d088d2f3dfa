// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "bus/nats_link.h"

// Where the client library's own thread arrives with a connection's callbacks. It lives until the last of them; after
// detach() nothing passes any more.
//
// Thread: any.

namespace sdr::bus {

class NatsGate {
 public:
  explicit NatsGate(NatsLinkEvents& target) : target_(&target) {}

  /// Does nothing after detach().
  template <typename Call>
  void pass(Call call) {
    const std::lock_guard lock(mutex_);
    if (target_) call(*target_);
  }
  void detach() {
    const std::lock_guard lock(mutex_);
    target_ = nullptr;
  }
  /// The connection's last callback is over.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    over_.notify_all();
  }
  /// False where that takes longer than 5 s.
  [[nodiscard]] bool wait_ended() {
    std::unique_lock lock(mutex_);
    return over_.wait_for(lock, std::chrono::seconds(5), [this] { return ended_; });
  }

 private:
  std::mutex mutex_;
  NatsLinkEvents* target_;
  bool ended_ = false;
  std::condition_variable over_;
};

}  // namespace sdr::bus
