// SPDX-License-Identifier: Apache-2.0
#include "sdr/supervisor.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/testing/temporary_folder.h"

namespace sdr::command {
namespace {

using namespace std::chrono_literals;

// Real processes, a shell's: starting, dying and ending are the kernel's business, not a mock's.
class SupervisorTest : public ::testing::Test {
 protected:
  SupervisorTest() {
    supervisor_.emplace(
        loop_, Supervisor::Options{.backoff = {.first = 1ms, .most = 4ms}, .grace = 50ms},
        Supervisor::Events{
            .started = [this](const ServiceSpec& spec, pid_t) { started_.push_back(spec.name); },
            .died = [this](const ServiceSpec&, const Supervisor::Death& death) { deaths_.push_back(death); }});
  }

  void add(const std::string& name, const std::string& script) {
    supervisor_->add({name, name, {.arguments = {"/bin/sh", "-c", script}, .environment = {"GREETING=hello"}}},
                     folder_.file(name + ".log"));
  }

  // Turns of the loop until it is so; each waits at most 10 ms, and there are enough for the slowest machine.
  template <typename Condition>
  ::testing::AssertionResult until(Condition condition) {
    for (int turn = 0; turn < 3000; ++turn) {
      if (condition()) return ::testing::AssertionSuccess();
      loop_.run_once(10ms);
      supervisor_->reap();
    }
    return ::testing::AssertionFailure() << "it never came to be so";
  }

  std::string log_of(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_.file(name + ".log")).rdbuf();
    return text.str();
  }

  bool stop() {
    bool stopped = false;
    supervisor_->stop([&] { stopped = true; });
    return static_cast<bool>(until([&] { return stopped; }));
  }

  const testing::TemporaryFolder folder_;
  EventLoop loop_;
  std::vector<std::string> started_;
  std::vector<Supervisor::Death> deaths_;
  std::optional<Supervisor> supervisor_;
};

TEST_F(SupervisorTest, WritesDownWhatAServiceSays) {
  add("talker", "echo $GREETING; echo oops >&2; exec sleep 1000");
  supervisor_->start();
  EXPECT_TRUE(until([&] { return log_of("talker") == "hello\noops\n"; }));
}

TEST_F(SupervisorTest, StartsAgainWhatDied) {
  add("mortal", "echo because; exit 3");
  supervisor_->start();
  ASSERT_TRUE(until([&] { return started_.size() >= 3; }));
  EXPECT_EQ(deaths_[0].how, "exited with 3");
  EXPECT_EQ(deaths_[0].exit_code, 3);
  EXPECT_EQ(deaths_[0].last_words, "because");
  EXPECT_EQ(deaths_[0].restart_in, Duration(1ms));
  EXPECT_EQ(deaths_[1].restart_in, Duration(2ms));
}

TEST_F(SupervisorTest, SaysWhichSignalKilled) {
  add("victim", "exec sleep 1000");
  supervisor_->start();
  ::kill(supervisor_->pid_of("victim"), SIGKILL);
  ASSERT_TRUE(until([&] { return started_.size() == 2; }));
  EXPECT_EQ(deaths_[0].how, "was killed by signal 9 (Killed)");
}

TEST_F(SupervisorTest, TreatsAMissingProgramAsOneThatDies) {
  supervisor_->add({"ghost", "ghost", {.arguments = {folder_.file("nothing")}, .environment = {}}},
                   folder_.file("ghost.log"));
  supervisor_->start();
  ASSERT_TRUE(until([&] { return deaths_.size() >= 2; }));
  EXPECT_EQ(deaths_[0].how, "could not be started");
}

TEST_F(SupervisorTest, EndsThemInReverseOrder) {
  const std::string order = folder_.file("order");
  for (const std::string name : {"first", "second"}) {
    add(name, "trap 'echo " + name + " >>" + order + "; exit' TERM; echo up; while :; do sleep 0.01; done");
  }
  supervisor_->start();
  ASSERT_TRUE(until([&] { return log_of("first") == "up\n" && log_of("second") == "up\n"; }));
  ASSERT_TRUE(stop());
  std::stringstream text;
  text << std::ifstream(order).rdbuf();
  EXPECT_EQ(text.str(), "second\nfirst\n");
  EXPECT_TRUE(deaths_.empty());
}

TEST_F(SupervisorTest, KillsWhatIgnoresItsRequest) {
  add("deaf", "trap '' TERM; echo up; while :; do sleep 0.01; done");
  supervisor_->start();
  ASSERT_TRUE(until([&] { return log_of("deaf") == "up\n"; }));
  EXPECT_TRUE(stop());
  EXPECT_EQ(supervisor_->pid_of("deaf"), -1);
}

TEST_F(SupervisorTest, EndsWhatAServiceStartedItself) {
  add("parent", "sleep 1000 & echo $!; exit 1");
  supervisor_->start();
  ASSERT_TRUE(until([&] { return !deaths_.empty(); }));
  const pid_t grandchild = std::stoi(deaths_[0].last_words);
  EXPECT_TRUE(until([&] {
    std::string state;  // gone, or a corpse that nobody has buried yet
    std::ifstream status("/proc/" + std::to_string(grandchild) + "/stat");
    std::getline(status, state);
    return state.empty() || state.find(") Z ") != state.npos;
  }));
}

}  // namespace
}  // namespace sdr::command
