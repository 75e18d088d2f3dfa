// SPDX-License-Identifier: Apache-2.0
#include "transport/origin.h"

#include <gtest/gtest.h>

namespace sdr::transport {
namespace {

using Names = OriginPolicy::Names;

class Origin : public ::testing::Test {
 protected:
  const net::HttpRequest& request(const std::string& host, const std::string& origin = "") {
    bytes = "GET /stream/ws HTTP/1.1\r\nHost: " + host + "\r\n" + (origin.empty() ? "" : "Origin: " + origin + "\r\n") +
            "\r\n";
    net::HttpParser parser;
    EXPECT_EQ(parser.parse(bytes, parsed), net::HttpParser::State::kComplete);
    return parsed;
  }
  std::string bytes;
  net::HttpRequest parsed;
};

TEST_F(Origin, TakesOurOwnPageAllowedOnesAndProgramsOnly) {
  const OriginPolicy policy({"https://robots.example"}, Names::kAny);
  EXPECT_TRUE(policy.allows(request("robot:8080")));
  EXPECT_TRUE(policy.allows(request("robot:8080", "http://robot:8080")));
  EXPECT_TRUE(policy.allows(request("robot:8080", "https://Robots.example")));
  EXPECT_FALSE(policy.allows(request("robot:8080", "http://robot:8081")));
  EXPECT_FALSE(policy.allows(request("robot:8080", "http://robots.example")));
  EXPECT_FALSE(policy.allows(request("robot:8080", "https://robots.example.evil.example")));
  EXPECT_FALSE(policy.allows(request("robot:8080", "null")));
  EXPECT_FALSE(policy.allows(request("robot:8080", "robot:8080")));
}

TEST_F(Origin, KnowsLoopbackByItsNamesAlone) {
  const OriginPolicy policy({"https://robots.example"}, Names::kLoopback, "robot");
  for (const char* host :
       {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "robots.example"}) {
    EXPECT_TRUE(policy.host_allowed(request(host))) << host;
  }
  for (const char* host : {"evil.example", "robot", "192.0.2.1", "[2001:db8::1]:80", "localhost.evil.example", "*", "[",
                           "[::1", "127.1", "0x7f000001"}) {
    EXPECT_FALSE(policy.host_allowed(request(host))) << host;
  }
}

// A name may begin like an address: it once passed for one.
TEST_F(Origin, TakesNoNameForAnAddress) {
  const OriginPolicy policy({}, Names::kLoopback);
  EXPECT_FALSE(policy.host_allowed(request("127.0.0.1.evil.example:8080")));
  EXPECT_FALSE(policy.allows(request("127.evil.example", "http://127.evil.example")));
}

TEST_F(Origin, TakesAnyAddressAndTheMachinesNameWhereItIsBoundWiderWithoutTokens) {
  const OriginPolicy policy({"https://robots.example:8443"}, Names::kKnown, "robot");
  for (const char* host :
       {"192.0.2.1:8080", "[2001:db8::1]:8080", "robot:8080", "Robot.local", "localhost", "robots.example:8443"}) {
    EXPECT_TRUE(policy.host_allowed(request(host))) << host;
  }
  for (const char* host : {"evil.example", "robot.evil.example", "robots.example", "robots.example:80"}) {
    EXPECT_FALSE(policy.host_allowed(request(host))) << host;
  }
}

}  // namespace
}  // namespace sdr::transport
