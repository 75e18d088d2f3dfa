// SPDX-License-Identifier: Apache-2.0
#include "bus/login.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/testing/temporary_folder.h"

namespace sdr::bus {
namespace {

TEST(BusLogin, ComesByTheEnvironmentAndIsNeverPrinted) {
  BusLogin login;
  Options options("sdr-test");
  describe(login, options);
  options.load({}, {{"SDR_NATS_USER", "sim"}, {"SDR_NATS_PASSWORD", "hunter2"}});
  EXPECT_EQ(login.user, "sim");
  EXPECT_EQ(password_of(login), "hunter2");
  EXPECT_NE(options.print().find("nats_user = \"sim\""), std::string::npos);
  EXPECT_EQ(options.print().find("hunter2"), std::string::npos);
  EXPECT_EQ(options.help().find("hunter2"), std::string::npos);
}

TEST(BusLogin, ReadsAPasswordFromItsFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.file("password")) << "from a file\r\nand not this\n";
  EXPECT_EQ(password_of({.user = "sim", .password = {}, .password_file = folder.file("password")}), "from a file");
}

TEST(BusLogin, SaysWhatIsWrongWithAFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.file("empty")) << "";
  EXPECT_THROW(password_of({.user = {}, .password = {}, .password_file = folder.file("missing")}), ConfigError);
  EXPECT_THROW(password_of({.user = {}, .password = {}, .password_file = folder.file("empty")}), ConfigError);
  EXPECT_THROW(password_of({.user = {}, .password = "two", .password_file = folder.file("empty")}), ConfigError);
}

}  // namespace
}  // namespace sdr::bus
