// SPDX-License-Identifier: Apache-2.0
#include "sdr/log_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing/temporary_folder.h"

namespace sdr::command {
namespace {

TEST(LogFile, KeepsTheRunBefore) {
  const testing::TemporaryFolder folder;
  LogFile log(folder.file("sim.log"));
  ASSERT_TRUE(log.open().ok());
  log.append("first run\n");
  ASSERT_TRUE(log.open().ok());
  EXPECT_EQ(std::filesystem::file_size(folder.file("sim.log")), 0u);
  EXPECT_EQ(std::filesystem::file_size(folder.file("sim.log.1")), 10u);
}

TEST(LogFile, NeverGrowsBeyondTwiceItsBound) {
  const testing::TemporaryFolder folder;
  LogFile log(folder.file("sim.log"), 1000);
  ASSERT_TRUE(log.open().ok());
  for (int i = 0; i < 200; ++i) log.append(std::string(99, 'x') + "\n");
  EXPECT_LE(std::filesystem::file_size(folder.file("sim.log")), 1000u);
  EXPECT_LE(std::filesystem::file_size(folder.file("sim.log.1")), 1000u);
}

TEST(LogFile, RemembersTheErrorRatherThanWhatCameAfterIt) {
  const testing::TemporaryFolder folder;
  LogFile log(folder.file("sim.log"));
  ASSERT_TRUE(log.open().ok());
  log.append(R"({"level":"info","message":"started"})"
             "\n");
  EXPECT_EQ(log.last_words(), "started");
  log.append(R"({"level":"error","message":"no renderer"})"
             "\n"
             R"({"level":"info","message":"stopped"})"
             "\n");
  EXPECT_EQ(log.last_words(), "no renderer");
  log.forget();
  EXPECT_EQ(log.last_words(), "");
}

TEST(LogFile, PutsLinesTogetherThatArriveInPieces) {
  const testing::TemporaryFolder folder;
  LogFile log(folder.file("sim.log"));
  ASSERT_TRUE(log.open().ok());
  log.append(R"({"level":"error","mess)");
  log.append("age\":\"broken\"}\nnext");
  EXPECT_EQ(log.last_words(), "broken");
}

TEST(LogFile, CountsWhatItCouldNotKeep) {
  const testing::TemporaryFolder folder;
  LogFile log(folder.file("missing/sim.log"));
  EXPECT_FALSE(log.open().ok());
  log.append("lost\n");
  EXPECT_EQ(log.dropped_bytes(), 5u);
  EXPECT_EQ(log.last_words(), "lost");
}

}  // namespace
}  // namespace sdr::command
