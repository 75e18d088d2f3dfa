// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/event_loop.h"
#include "sdr/http_get.h"

// Asks each service how it is, often while it starts and once a second later, and tells what is new: ready, and how
// many clients there are. What the answers mean stands in facts.h.
//
// Thread: the loop's. Bounds: one question per service at a time.

namespace sdr::command {

class HealthWatch {
 public:
  /// A service's answer; nothing where there was none.
  using Heard = std::function<void(const std::string& service, const std::optional<HttpAnswer>&)>;

  HealthWatch(EventLoop& loop, Heard heard);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  void add(const std::string& service, const std::string& address, const std::string& path);
  /// Asks this often from now on.
  void set_interval(Duration interval);

 private:
  struct Target {
    std::string address, path;
    bool asking = false;
  };

  void ask_all();

  EventLoop& loop_;
  const Heard heard_;
  HttpGetter getter_;
  std::map<std::string, Target> targets_;
  EventLoop::TimerId timer_ = EventLoop::TimerId::none;
};

}  // namespace sdr::command
