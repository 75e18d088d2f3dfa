// SPDX-License-Identifier: Apache-2.0
// Whatever breaks, the motors are told to stand still, the robot side says why, a stick held over moves nothing,
// nothing dies of it, and the robot can be driven again. How soon is for bench/faults to say.
#include "tests/faults/fault.h"

#include <gtest/gtest.h>

#include "tests/faults/chaos.h"

namespace sdr::faults {
namespace {

class EveryFault : public ::testing::TestWithParam<Group> {};

TEST_P(EveryFault, StopsTheRobotOrIsOutlived) {
  if (const std::string missing = missing_for_stand(); !missing.empty()) GTEST_SKIP() << missing;
  Stand stand;
  for (const Fault& fault : faults(GetParam())) {
    SCOPED_TRACE(fault.name);
    EXPECT_EQ(suffer(stand, fault).wrong, "");
  }
  const Witness::Audit& audit = stand.witness().audit();
  EXPECT_GT(audit.twists, 0u);
  EXPECT_EQ(audit.violations(), 0u);
  EXPECT_EQ(stand.end(), "");
}

INSTANTIATE_TEST_SUITE_P(Of, EveryFault, ::testing::Values(Group::processes, Group::network, Group::ring),
                         [](const auto& group) {
                           return group.param == Group::processes ? "processes"
                                  : group.param == Group::network ? "network"
                                                                  : "ring";
                         });

TEST(ManyFaults, OneAfterTheOtherNeverLetADeadCommandThrough) {
  if (const std::string missing = missing_for_stand(); !missing.empty()) GTEST_SKIP() << missing;
  Stand stand;
  Chaos chaos(stand, 20240611);
  for (int i = 0; i < 5; ++i) chaos.step();
  stand.relay().set_profile({});
  stand.drive();
  EXPECT_TRUE(stand.all_alive());
  EXPECT_EQ(stand.witness().findings(), std::vector<std::string>());
  EXPECT_EQ(stand.end(), "");
}

}  // namespace
}  // namespace sdr::faults
