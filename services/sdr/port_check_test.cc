// SPDX-License-Identifier: Apache-2.0
#include "sdr/port_check.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "net/socket.h"

namespace sdr::command {
namespace {

// A port of the test's own that is held while this lives.
struct HeldPort {
  HeldPort() : listener(*net::listen_tcp(*net::Address::parse("127.0.0.1:0"), 1)) {
    port = net::local_address(listener.get())->port();
  }
  FileDescriptor listener;
  uint16_t port = 0;
};

TEST(PortCheck, SeesThatAPortIsTaken) {
  HeldPort held;
  const std::string address = "127.0.0.1:" + std::to_string(held.port);
  const Status taken = check_port_free(address);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code(), std::errc::address_in_use);
  held.listener.reset();
  EXPECT_TRUE(check_port_free(address).ok());
}

TEST(PortCheck, NamesTheProcessThatHoldsIt) {
  const HeldPort held;
  EXPECT_NE(port_holder(held.port).find("(process " + std::to_string(::getpid()) + ")"), std::string::npos);
}

TEST(PortCheck, KnowsNobodyForAPortThatIsFree) {
  HeldPort held;
  held.listener.reset();
  EXPECT_EQ(port_holder(held.port), "");
}

TEST(PortCheck, MovesAwayFromAPortThatIsTakenOnlyWhereItMay) {
  const HeldPort held;
  EXPECT_FALSE(claim_port(held.port, false).ok());
  const Result<ClaimedPort> moved = claim_port(held.port, true);
  ASSERT_TRUE(moved.ok());
  EXPECT_NE(moved->number, held.port);
}

TEST(PortCheck, GivesAPortToNobodyElseWhileItIsHeldSaveToWhomItIsFor) {
  std::map<uint16_t, FileDescriptor> held;
  for (int i = 0; i < 500; ++i) {
    Result<ClaimedPort> picked = pick_port();
    ASSERT_TRUE(picked.ok());
    EXPECT_TRUE(held.emplace(picked->number, std::move(picked->hold)).second) << picked->number << " was given twice";
  }
  const std::string address = "127.0.0.1:" + std::to_string(held.begin()->first);
  EXPECT_TRUE(net::listen_tcp(*net::Address::parse(address), 1).ok());
}

}  // namespace
}  // namespace sdr::command
