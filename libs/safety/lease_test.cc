// SPDX-License-Identifier: Apache-2.0
#include "safety/lease.h"

#include <gtest/gtest.h>

#include <random>

namespace sdr::safety {
namespace {

using namespace std::chrono_literals;
using schema::Action;
using schema::Role;

class LeaseTest : public ::testing::Test {
 protected:
  Verdict drive(std::string_view client, bool zero = false) {
    return lease.on_command(client, Role::operator_, Action::cmd_vel, zero, now);
  }

  Time now{1h};
  Lease lease{now, 100};
};

TEST_F(LeaseTest, ATwistAcquiresAFreeLease) {
  EXPECT_TRUE(drive("alice").ok());
  EXPECT_TRUE(lease.held_by("alice"));
  EXPECT_EQ(lease.epoch(), 101u);
}

TEST_F(LeaseTest, AnotherCommandDoesNotAcquireIt) {
  EXPECT_FALSE(lease.on_command("alice", Role::operator_, Action::load_robot, false, now).ok());
  EXPECT_FALSE(lease.holder().has_value());
}

TEST_F(LeaseTest, RefusesOthersWhileItIsHeld) {
  drive("alice");
  EXPECT_FALSE(drive("bob").ok());
  EXPECT_FALSE(lease.acquire("bob", Role::operator_, now).ok());
  EXPECT_TRUE(drive("alice").ok());
  EXPECT_EQ(lease.epoch(), 101u);
}

TEST_F(LeaseTest, NobodyInheritsARobotByHoldingAStick) {
  drive("alice");
  EXPECT_FALSE(drive("bob").ok());
  lease.release("alice", now);
  for (int i = 0; i < 500; ++i) {
    now += 16ms;
    EXPECT_FALSE(drive("bob").ok());  // held all the time
  }
  now += 1999ms;
  EXPECT_FALSE(drive("bob").ok());
  now += 2s;
  EXPECT_TRUE(drive("bob").ok());
}

TEST_F(LeaseTest, ARefusedZeroTwistIsNotHeldAgainstAClient) {
  drive("alice");
  EXPECT_FALSE(drive("bob", true).ok());
  lease.release("alice", now);
  EXPECT_TRUE(drive("bob").ok());
}

TEST_F(LeaseTest, OneWhoWasRefusedMayStillAskForIt) {
  drive("alice");
  drive("bob");
  lease.release("alice", now);
  EXPECT_TRUE(lease.acquire("bob", Role::operator_, now).ok());
}

TEST_F(LeaseTest, IsLostBySilenceAndByDisconnecting) {
  drive("alice");
  now += 9999ms;
  lease.on_tick(now);
  EXPECT_TRUE(lease.held_by("alice"));
  now += 1ms;
  lease.on_tick(now);
  EXPECT_FALSE(lease.holder().has_value());
  drive("bob");
  lease.on_disconnect("alice", now);
  EXPECT_TRUE(lease.held_by("bob"));
  lease.on_disconnect("bob", now);
  EXPECT_FALSE(lease.holder().has_value());
  EXPECT_EQ(lease.epoch(), 104u);
}

TEST_F(LeaseTest, AnyCommandOfTheHolderKeepsIt) {
  drive("alice");
  for (int i = 0; i < 5; ++i) {
    now += 9s;
    EXPECT_TRUE(lease.on_command("alice", Role::operator_, Action::pause, false, now).ok());
  }
  EXPECT_EQ(lease.epoch(), 101u);
}

TEST_F(LeaseTest, IsHandedOverByItsHolderToAnOperatorOnly) {
  drive("alice");
  EXPECT_FALSE(lease.hand("bob", "bob", Role::operator_, now).ok());
  EXPECT_FALSE(lease.hand("alice", "carol", Role::viewer, now).ok());
  EXPECT_TRUE(lease.hand("alice", "bob", Role::operator_, now).ok());
  EXPECT_TRUE(lease.held_by("bob"));
  EXPECT_FALSE(drive("alice").ok());
}

TEST_F(LeaseTest, IsTakenByForceByAdminsOnly) {
  drive("alice");
  EXPECT_FALSE(lease.take("bob", Role::operator_, now).ok());
  EXPECT_TRUE(lease.take("root", Role::admin, now).ok());
  EXPECT_TRUE(lease.held_by("root"));
}

TEST_F(LeaseTest, AViewerNeverCommandsButStops) {
  EXPECT_FALSE(lease.on_command("eve", Role::viewer, Action::cmd_vel, false, now).ok());
  EXPECT_FALSE(lease.acquire("eve", Role::viewer, now).ok());
  EXPECT_TRUE(lease.on_command("eve", Role::viewer, Action::estop, false, now).ok());
  EXPECT_TRUE(lease.on_command("eve", Role::viewer, Action::request_keyframe, false, now).ok());
  EXPECT_FALSE(lease.holder().has_value());
}

TEST_F(LeaseTest, GoesBeyondAnEpochThatSomeoneElseUsed) {
  lease.observe_epoch(50);
  EXPECT_EQ(lease.epoch(), 100u);
  lease.observe_epoch(200);
  EXPECT_GT(lease.epoch(), 200u);
}

TEST_F(LeaseTest, RandomEventsNeverGiveTwoHoldersOneEpoch) {
  std::mt19937 random(3);
  static constexpr std::string_view kClients[] = {"a", "b", "c", "d"};
  static constexpr Duration kPauses[] = {0ms, 16ms, 100ms, 1s, 2s, 10s};
  uint64_t epoch = lease.epoch();
  std::optional<std::string> holder;
  for (int i = 0; i < 200'000; ++i) {
    now += kPauses[random() % 6];
    const auto client = kClients[random() % 4], other = kClients[random() % 4];
    switch (random() % 8) {
      case 0:
        (void)lease.acquire(client, Role::operator_, now);
        break;
      case 1:
        (void)lease.release(client, now);
        break;
      case 2:
        (void)lease.hand(client, other, Role::operator_, now);
        break;
      case 3:
        (void)lease.take(client, static_cast<Role>(random() % 3), now);
        break;
      case 4:
        lease.on_disconnect(client, now);
        break;
      case 5:
        lease.on_tick(now);
        break;
      default:
        if (drive(client).ok()) {
          ASSERT_TRUE(lease.held_by(client));
        }
    }
    ASSERT_GE(lease.epoch(), epoch);
    if (lease.holder() != holder) {
      ASSERT_GT(lease.epoch(), epoch);
    }
    epoch = lease.epoch();
    holder = lease.holder();
  }
}

}  // namespace
}  // namespace sdr::safety
