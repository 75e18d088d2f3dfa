// SPDX-License-Identifier: Apache-2.0
#include "sdr/nats_users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/config.h"
#include "base/testing/temporary_folder.h"
#include "sdr/nats_config.h"

namespace sdr::command {
namespace {

std::string content_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(NatsUsers, HaveAPasswordEachThatNobodyElseHas) {
  std::set<std::string> passwords;
  for (const NatsUsers& users : {NatsUsers(""), NatsUsers("")}) {
    for (const bus::BusUser& user : bus::bus_users()) {
      const bus::BusConfig login = users.login(std::string(user.name), "nats://127.0.0.1:4222");
      EXPECT_EQ(login.user, user.name);
      EXPECT_GE(login.password.size(), 32u);
      EXPECT_TRUE(passwords.insert(login.password).second);
    }
  }
}

TEST(NatsUsers, GiveEachServiceItsOwnCredentialsAndTheServerNone) {
  const NatsUsers users("site.one");
  const std::vector<std::string> environment = users.environment_of("transport");
  EXPECT_EQ(environment.at(0), "SDR_NATS_USER=site.one.transport");
  EXPECT_EQ(environment.at(1), "SDR_NATS_PASSWORD=" + users.login("transport", "").password);
  EXPECT_TRUE(users.environment_of("nats").empty());
  EXPECT_NE(users.authorization().find("\"site.one.control.>\""), std::string::npos);
  EXPECT_NE(users.json().find(users.login("recorder", "").password), std::string::npos);
  EXPECT_THROW(NatsUsers("a b"), ConfigError);
}

TEST(NatsUsers, StandInTheServersConfiguration) {
  const NatsUsers users("");
  const std::string text = nats_config({.store_folder = "/x", .authorization = users.authorization()});
  EXPECT_NE(text.find("authorization {"), std::string::npos);
  EXPECT_NE(text.find(users.login("sim", "").password), std::string::npos);
}

TEST(SecretFile, IsItsOwnersAlone) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("secret");
  std::ofstream(path) << "an older one, for everybody, and longer";
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  write_secret_file(path, "secret");
  EXPECT_EQ(content_of(path), "secret");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THROW(write_secret_file(folder.file("no/such/folder"), "x"), ConfigError);
}

}  // namespace
}  // namespace sdr::command
