// SPDX-License-Identifier: Apache-2.0
#include "bus/inbox.h"

#include <gtest/gtest.h>

#include <string>

#include "base/testing/allocations.h"

namespace sdr::bus {
namespace {

TEST(Inbox, GivesEventsFirstAndEachKindInOrder) {
  Inbox inbox;
  inbox.push(Delivery::value, 1, "v1", "a");
  inbox.push(Delivery::event, 2, "e1", "b");
  inbox.push(Delivery::value, 1, "v2", "c");
  inbox.push(Delivery::event, 2, "e2", "d");
  InboxMessage message;
  std::string order;
  while (inbox.pop(message)) order += message.subject + " ";
  EXPECT_EQ(order, "e1 e2 v1 v2 ");
}

TEST(Inbox, DropsTheOldestValueAndNeverAnEventForIt) {
  Inbox inbox;
  EXPECT_FALSE(inbox.push(Delivery::event, 1, "event", ""));
  for (size_t i = 0; i < Inbox::kValuesMax; ++i) EXPECT_FALSE(inbox.push(Delivery::value, 1, "v", std::to_string(i)));
  EXPECT_TRUE(inbox.push(Delivery::value, 1, "v", "newest"));
  InboxMessage message;
  ASSERT_TRUE(inbox.pop(message));
  EXPECT_EQ(message.subject, "event");
  ASSERT_TRUE(inbox.pop(message));
  EXPECT_EQ(message.payload, "1");
  while (inbox.pop(message)) {
  }
  EXPECT_EQ(message.payload, "newest");
}

TEST(Inbox, BoundsEventsToo) {
  Inbox inbox;
  for (size_t i = 0; i < Inbox::kEventsMax; ++i) EXPECT_FALSE(inbox.push(Delivery::event, 1, "e", ""));
  EXPECT_TRUE(inbox.push(Delivery::event, 1, "e", ""));
}

TEST(Inbox, AllocatesNothingOnceWarm) {
  Inbox inbox;
  InboxMessage message;
  const std::string payload(300, 'x');
  const auto turn = [&] {
    for (int i = 0; i < 4; ++i) inbox.push(Delivery::value, 1, "telemetry.some.long.subject", payload);
    while (inbox.pop(message)) {
    }
  };
  // Each slot of the ring has been through once.
  for (size_t i = 0; i < Inbox::kValuesMax; ++i) turn();
  const uint64_t before = testing::allocations_of_this_thread();
  for (int i = 0; i < 300; ++i) turn();
  EXPECT_EQ(testing::allocations_of_this_thread(), before);
}

TEST(DeliveryOf, FollowsTheSchema) {
  EXPECT_EQ(delivery_of("telemetry.imu"), Delivery::value);
  EXPECT_EQ(delivery_of("telemetry.safety.state"), Delivery::event);
  EXPECT_EQ(delivery_of("telemetry.command.ack"), Delivery::event);
  EXPECT_EQ(delivery_of("control.cmd_vel"), Delivery::value);
  EXPECT_EQ(delivery_of("control.estop"), Delivery::event);
  EXPECT_EQ(delivery_of("control.nonsense"), Delivery::value);
  EXPECT_EQ(delivery_of("anything"), Delivery::value);
}

}  // namespace
}  // namespace sdr::bus
