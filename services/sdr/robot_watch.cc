// SPDX-License-Identifier: Apache-2.0
#include "sdr/robot_watch.h"

namespace sdr::command {
struct RobotWatch::Impl {};
RobotWatch::RobotWatch(EventLoop&, const std::string&, Changed) {}
RobotWatch::~RobotWatch() = default;
}  // namespace sdr::command
