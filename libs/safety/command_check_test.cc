// SPDX-License-Identifier: Apache-2.0
#include "safety/command_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sdr::safety {
namespace {

using schema::Action;

TEST(SequenceCheck, AsksForGrowthPerAction) {
  SequenceCheck check;
  EXPECT_TRUE(check.check(Action::pause, 0).ok());
  EXPECT_FALSE(check.check(Action::pause, 0).ok());
  EXPECT_TRUE(check.check(Action::pause, 7).ok());
  EXPECT_FALSE(check.check(Action::pause, 6).ok());
  EXPECT_TRUE(check.check(Action::reset, 1).ok());
}

TEST(SequenceCheck, LetsAnEstopPassAlways) {
  SequenceCheck check;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(check.check(Action::estop, 5).ok());
}

TEST(SessionTable, KeepsClientsApartAndForgetsTheLeastRecent) {
  SessionTable table;
  EXPECT_TRUE(table.check("first", Action::pause, 5).ok());
  for (size_t i = 1; i < SessionTable::kSessionsMax; ++i) {
    EXPECT_TRUE(table.check("client" + std::to_string(i), Action::pause, 5).ok());
  }
  EXPECT_FALSE(table.check("first", Action::pause, 5).ok());
  EXPECT_TRUE(table.check("one more", Action::pause, 5).ok());  // client1 goes
  EXPECT_FALSE(table.check("first", Action::pause, 5).ok());
  EXPECT_TRUE(table.check("client1", Action::pause, 5).ok());
}

TEST(CheckTtl, LiesBetween1And1000) {
  EXPECT_TRUE(check_ttl({}).ok());
  EXPECT_FALSE(check_ttl(0).ok());
  EXPECT_TRUE(check_ttl(1).ok());
  EXPECT_TRUE(check_ttl(1000).ok());
  EXPECT_FALSE(check_ttl(1001).ok());
}

TEST(CheckTwist, LooksAtEveryComponent) {
  const schema::Twist limits{{1, 1, 1}, {1, 1, 1}};
  double schema::Vector3::*const components[] = {&schema::Vector3::x, &schema::Vector3::y, &schema::Vector3::z};
  for (const auto component : components) {
    for (const bool linear : {true, false}) {
      for (const double bad : {1.0001, -1.0001, std::nan(""), std::numeric_limits<double>::infinity()}) {
        schema::Twist twist;
        schema::Vector3& part = linear ? twist.linear : twist.angular;
        part.*component = bad;
        EXPECT_FALSE(check_twist(twist, limits).ok()) << bad << " " << linear;
      }
      schema::Twist twist;
      schema::Vector3& part = linear ? twist.linear : twist.angular;
      part.*component = -1;
      EXPECT_TRUE(check_twist(twist, limits).ok());
    }
  }
}

}  // namespace
}  // namespace sdr::safety
