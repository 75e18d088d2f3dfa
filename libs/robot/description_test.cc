// SPDX-License-Identifier: Apache-2.0
#include "robot/description.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/testing/temporary_folder.h"
#include "robot/errc.h"

namespace sdr::robot {
namespace {

const std::filesystem::path kRobots = SDR_ROBOTS_DIR;

/// The rover's description with one piece of text replaced.
std::string rover_with(const std::string& from, const std::string& to) {
  std::ifstream file(kRobots / "rover" / "robot.toml");
  std::ostringstream text;
  text << file.rdbuf();
  std::string toml = text.str();
  const size_t at = toml.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return toml.replace(at, from.size(), to);
}

std::string error_of(const std::string& toml) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "robot.toml") << toml;
  const Result<Description> read = read_description(folder.path());
  if (read) return "";
  EXPECT_EQ(read.error().code(), make_error_code(Errc::bad_description));
  return read.error().message();
}

TEST(Description, ReadsEachRobotOfTheTree) {
  const std::vector<std::string> names = list_robots(kRobots);
  EXPECT_EQ(names, (std::vector<std::string>{"arm", "quadruped", "rover"}));
  for (const std::string& name : names) {
    const Result<Description> robot = read_description(kRobots / name);
    ASSERT_TRUE(robot) << robot.error().message();
    EXPECT_EQ(robot->name, name);
    for (const char* camera : {"orbit", "follow", "front"}) EXPECT_NE(robot->camera(camera), nullptr) << name << camera;
  }
}

TEST(Description, UnknownFolderIsAnUnknownRobot) {
  const Result<Description> robot = read_description(kRobots / "unicorn");
  ASSERT_FALSE(robot);
  EXPECT_EQ(robot.error().code(), make_error_code(Errc::unknown_robot));
}

TEST(Description, RefusesUnknownKeysWithTheirLine) {
  const std::string error = error_of(rover_with("[safety]", "[safety]\nairbag = true"));
  EXPECT_NE(error.find("safety.airbag: expected no such key"), std::string::npos) << error;
  EXPECT_NE(error.find("line "), std::string::npos) << error;
}

TEST(Description, RefusesMissingKeys) {
  EXPECT_NE(error_of(rover_with("base_body = \"chassis\"\n", "")).find("base_body: expected a text"),
            std::string::npos);
}

TEST(Description, RefusesWrongKinds) {
  EXPECT_NE(error_of(rover_with("effort = 18.0", "effort = \"much\"")).find("joints[0].effort"), std::string::npos);
  EXPECT_NE(error_of(rover_with("linear = [1.5, 0.0, 0.0]", "linear = [1.5, 0.0]"))
                .find("twist.linear: expected three numbers"),
            std::string::npos);
}

TEST(Description, RefusesValuesOutOfRange) {
  EXPECT_NE(error_of(rover_with("wheel_radius_m = 0.11", "wheel_radius_m = -0.11")).find("drive.wheel_radius_m"),
            std::string::npos);
  EXPECT_NE(error_of(rover_with("effort = 18.0", "effort = nan")).find("joints[0].effort"), std::string::npos);
}

TEST(Description, RefusesWhatDoesNotFitTogether) {
  EXPECT_NE(error_of(rover_with("name = \"front_right\"", "name = \"front_left\"")).find("each name once"),
            std::string::npos);
  EXPECT_NE(error_of(rover_with("left = [\"front_left\"", "left = [\"wing\"")).find("one named wing"),
            std::string::npos);
}

TEST(Description, RefusesBrokenToml) { EXPECT_NE(error_of("title = \"").find("line 1"), std::string::npos); }

}  // namespace
}  // namespace sdr::robot
