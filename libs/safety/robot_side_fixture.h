// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "safety/robot_side.h"

namespace sdr::safety {

using namespace std::chrono_literals;
using schema::AckStatus;
using schema::DriveMode;
using schema::Gate;

inline const Time kStart = Time{1h};
inline const schema::Twist kForward{{0.5, 0, 0}, {0, 0, 0.2}};
inline const schema::Twist kLimits{{1, 1, 0}, {0, 0, 2}};
inline const Sender kOperator{"alice", 1};

/// A robot side, its clock, and an operator who does as the page does.
class RobotSideTest : public ::testing::Test {
 protected:
  RobotSideTest() { robot.set_twist_limits(kLimits); }

  Verdict send(const schema::Twist& twist, Sender sender = kOperator) {
    return robot.on_twist({sender, twist, to_us(now), 300}, now);
  }
  void wait(Duration step) {
    now += step;
    robot.on_tick(now);
  }
  // Keeps the stick where it is for a while, with a twist each 20 ms.
  void hold_stick(const schema::Twist& twist, Duration duration) {
    for (Duration done{0}; done < duration; done += 20ms) {
      send(twist);
      wait(20ms);
    }
  }
  void arm() { ASSERT_TRUE(send(kForward).ok()); }
  void expect(Mode mode, SafetyReason reason) {
    EXPECT_EQ(schema::to_text(robot.mode()), schema::to_text(mode));
    EXPECT_EQ(schema::to_text(robot.reason()), schema::to_text(reason));
  }
  // Whether a stick held over moves the robot, now and for a second.
  bool held_stick_moves() {
    for (int i = 0; i < 50; ++i) {
      send(kForward);
      if (robot.mode() == Mode::armed || !is_zero(robot.twist(now))) return true;
      wait(20ms);
    }
    return false;
  }

  Time now = kStart;
  RobotSide robot{kStart};
};

}  // namespace sdr::safety
