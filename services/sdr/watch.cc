// SPDX-License-Identifier: Apache-2.0
#include "sdr/watch.h"

namespace sdr::command {

HealthWatch::HealthWatch(EventLoop& loop, Heard heard) : loop_(loop), heard_(std::move(heard)), getter_(loop) {}

HealthWatch::~HealthWatch() { loop_.cancel(timer_); }

void HealthWatch::add(const std::string& service, const std::string& address, const std::string& path) {
  targets_[service] = {address, path};
}

void HealthWatch::set_interval(Duration interval) {
  loop_.cancel(timer_);
  timer_ = loop_.every(interval, [this] { ask_all(); });
}

void HealthWatch::ask_all() {
  for (auto& [name, target] : targets_) {
    if (std::exchange(target.asking, true)) continue;
    getter_.get(target.address, target.path, [this, &service = name, &asked = target](Result<HttpAnswer> answer) {
      asked.asking = false;
      heard_(service, answer ? std::optional(std::move(*answer)) : std::nullopt);
    });
  }
}

}  // namespace sdr::command
