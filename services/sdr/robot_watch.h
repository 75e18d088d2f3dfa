// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/event_loop.h"
#include "bus/bus.h"
#include "sdr/robot_words.h"

// Listens on the bus to what the robot side says of its safety, and tells what changes. It only listens: nothing that
// `sdr up` does depends on it.
//
// Thread: the loop's. Bounds: the newest state only. Errors: a lost bus is the bus library's to mend; until then
// nothing is told.

namespace sdr::command {

class RobotWatch {
 public:
  using Changed = std::function<void(const RobotChange&)>;

  /// Does not wait for a connection.
  RobotWatch(EventLoop& loop, bus::BusConfig bus, Changed changed);
  ~RobotWatch();
  RobotWatch(const RobotWatch&) = delete;
  RobotWatch& operator=(const RobotWatch&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::command
