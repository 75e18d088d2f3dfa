// SPDX-License-Identifier: Apache-2.0
// Somebody sets the clock of the machine, by hours, while the robot is driven: no decision hangs on it.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/faults/stand.h"

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;

/// The wall clock of the programs under test.
class WallClock {
 public:
  explicit WallClock(std::string path) : path_(std::move(path)) { set(std::chrono::seconds(0)); }
  void set(std::chrono::seconds offset) const {
    const int64_t seconds = offset.count();
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    if (!file) file.open(path_, std::ios::out | std::ios::binary);
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }

 private:
  const std::string path_;
};

bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

TEST(ClockThatJumps, NeitherStopsNorMovesTheRobot) {
  if (const std::string missing = missing_for_stand(); !missing.empty()) GTEST_SKIP() << missing;
  if (sanitized()) GTEST_SKIP() << "a sanitizer wants to be the first library";
  testing::TemporaryFolder folder;
  const WallClock clock(folder.file("offset"));
  Stand stand({.preload = SDR_FAULT_CLOCK, .environment = {"SDR_FAULT_CLOCK=" + folder.file("offset")}});
  for (const auto offset : {0h, 5h, -24h, 24h * 365}) {
    clock.set(offset);
    const uint64_t frames = stand.pilot().frames(), clock_us = stand.pilot().robot_us();
    stand.run_for(300ms);
    stand.drive();
    stand.require("frames and clocks go on",
                  [&] { return stand.pilot().frames() > frames + 10 && stand.pilot().robot_us() > clock_us; });
    // What the motors are told ends when it should, not an hour later and not an hour too soon.
    stand.pilot().set_stick({});
    stand.require("twists run out",
                  [&] { return stand.witness().mode() != schema::Mode::armed && stand.witness().speed() == 0.0; });
  }
  // A process that comes back at an earlier hour goes on where it was: also its zero twist for an operator who is gone
  // counts, so that the robot side is idle and knows of no commands that broke off.
  const auto operator_goes = [&stand] {
    stand.drive();
    stand.pilot().disconnect();
    stand.require("the robot side is idle", [&stand] {
      return stand.witness().mode() == schema::Mode::hold && stand.witness().reason() == schema::SafetyReason::idle;
    });
  };
  operator_goes();
  clock.set(-48h);
  stand.transport().kill();
  stand.start_transport();
  operator_goes();
  stand.drive();
  stand.restart_sim();
  stand.drive();
  EXPECT_EQ(stand.witness().findings(), std::vector<std::string>());
  EXPECT_EQ(stand.end(), "");
}

}  // namespace
}  // namespace sdr::faults
