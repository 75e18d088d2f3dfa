// SPDX-License-Identifier: Apache-2.0
#include "transport/door.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/config.h"
#include "base/testing/temporary_folder.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using Answer = Door::Answer;
using schema::Role;

constexpr const char* kOperators = "operators-token-0001";
constexpr const char* kGuess = "not-a-token-of-ours";

class DoorTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path = folder.file("tokens");
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
    return path;
  }
  Door make(const std::string& text) { return Door(TokenFile(write(text), {}), Role::admin, registry); }
  uint64_t refused(const char* why) { return registry.counter("access_refused_total", "", {{"why", why}}).value(); }

  testing::TemporaryFolder folder;
  Registry registry;
  Time now{1h};
  const net::Address far = net::Address::parse("192.0.2.1:1000").value();
  const net::Address further = net::Address::parse("192.0.2.2:1000").value();
  const net::Address near = net::Address::parse("127.0.0.1:1000").value();
};

TEST_F(DoorTest, LetsEverybodyInInOneRoleWhereThereAreNoTokens) {
  Door door(TokenFile("", {}), Role::admin, registry);
  EXPECT_FALSE(door.token_needed());
  for (const char* shown : {"", kGuess}) {
    const Door::Verdict verdict = door.let_in(shown, far, now);
    EXPECT_EQ(verdict.answer, Answer::kWelcome);
    EXPECT_EQ(verdict.identity.role, Role::admin);
    EXPECT_TRUE(door.still_known(verdict.identity));
  }
}

TEST_F(DoorTest, AsksEverybodyForATokenWhereThereAreSome) {
  Door door = make(std::string("operator ") + kOperators + " ann");
  EXPECT_EQ(door.let_in(std::nullopt, near, now).answer, Answer::kNoToken);
  EXPECT_EQ(door.let_in("", far, now).answer, Answer::kNoToken);
  EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kWrongToken);
  const Door::Verdict verdict = door.let_in(kOperators, far, now);
  EXPECT_EQ(verdict.answer, Answer::kWelcome);
  EXPECT_EQ(verdict.identity.role, Role::operator_);
  EXPECT_EQ(verdict.identity.name, "ann");
  EXPECT_EQ(refused("no_token"), 2u);
  EXPECT_EQ(refused("wrong_token"), 1u);
}

TEST_F(DoorTest, TellsWhoGuessesToWaitAndNobodyElse) {
  Door door = make(std::string("operator ") + kOperators);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kWrongToken);
  EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kTooManyWrong);
  EXPECT_EQ(door.let_in(kGuess, further, now).answer, Answer::kWrongToken);
  EXPECT_EQ(refused("too_many_wrong_tokens"), 1u);
  now += 7s;
  EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kWrongToken);
  EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kTooManyWrong);
}

TEST_F(DoorTest, LetsNeighboursInWhoShareTheAddressOfOneWhoGuesses) {
  Door door = make(std::string("operator ") + kOperators + " ann");
  for (int i = 0; i < 150; ++i) {
    (void)door.let_in(kGuess, far, now);
    const Door::Verdict verdict = door.let_in(kOperators, far, now);
    EXPECT_EQ(verdict.answer, Answer::kWelcome) << i;
    EXPECT_EQ(verdict.identity.name, "ann");
  }
}

// One who guesses a day long without a pause: what he is told depends on no more than 50 of his guesses a second.
TEST_F(DoorTest, ComparesNoMoreThanFiftyWrongTokensASecond) {
  Door door = make(std::string("operator ") + kOperators);
  for (int i = 0; i < 200; ++i) (void)door.let_in(kGuess, far, now);
  EXPECT_EQ(door.let_in(kOperators, far, now).answer, Answer::kTooManyWrong);
  EXPECT_EQ(door.let_in(kOperators, further, now).answer, Answer::kWelcome);
  int compared = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    now += 1ms;
    if (door.let_in(kOperators, far, now).answer != Answer::kWelcome) continue;  // a right one costs nothing
    ++compared;
    (void)door.let_in(kGuess, far, now);
  }
  EXPECT_EQ(compared, 500);
}

TEST_F(DoorTest, ReadsAChangedFileAgain) {
  Door door = make(std::string("operator ") + kOperators + "\nviewer another-token-of-ours");
  const Identity ann = door.let_in(kOperators, far, now).identity;
  EXPECT_FALSE(door.refresh());
  write(std::string("viewer ") + kOperators + "\n");
  EXPECT_TRUE(door.refresh());
  EXPECT_FALSE(door.still_known(ann));
  EXPECT_EQ(door.let_in(kOperators, far, now).identity.role, Role::viewer);
  EXPECT_EQ(door.let_in("another-token-of-ours", far, now).answer, Answer::kWrongToken);
}

// An empty or broken file must not open the door to everybody.
TEST_F(DoorTest, KeepsItsTokensWhereTheFileHasBecomeUnreadable) {
  Door door = make(std::string("operator ") + kOperators);
  for (const char* text : {"", "nonsense\n"}) {
    write(text);
    EXPECT_FALSE(door.refresh());
    EXPECT_EQ(door.let_in(kOperators, far, now).answer, Answer::kWelcome);
    EXPECT_EQ(door.let_in(kGuess, far, now).answer, Answer::kWrongToken);
  }
  std::filesystem::remove(folder.file("tokens"));
  EXPECT_FALSE(door.refresh());
  EXPECT_TRUE(door.token_needed());
  write(std::string("admin ") + kOperators);
  EXPECT_TRUE(door.refresh());
}

TEST_F(DoorTest, DoesNotStartWithTokensThatCannotBeRead) {
  EXPECT_THROW(make("nonsense"), ConfigError);
  EXPECT_THROW(make(""), ConfigError);
  EXPECT_THROW(Door(TokenFile(folder.file("nothing"), {}), Role::admin, registry), ConfigError);
}

}  // namespace
}  // namespace sdr::transport
