// SPDX-License-Identifier: Apache-2.0
#include "frames/hint_socket.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>

#include "frames/errc.h"
#include "frames/testing.h"

namespace sdr::frames {
namespace {

using testing::must_open;
using testing::must_write;

bool readable(int fd) {
  pollfd poll_fd{fd, POLLIN, 0};
  return ::poll(&poll_fd, 1, 0) == 1;
}

TEST(HintSocket, WriterSendsTheSequenceNumberAfterEachCommit) {
  const sdr::testing::TemporaryFolder folder;
  auto receiver = HintReceiver::open(folder.file("hint"));
  ASSERT_TRUE(receiver.ok());
  auto writer = must_open(folder.file("ring"), testing::kSmallRing, nullptr, folder.file("hint"));
  EXPECT_FALSE(readable(receiver->fd()));
  must_write(writer, 1, 100);
  must_write(writer, 2, 100);
  EXPECT_TRUE(readable(receiver->fd()));
  EXPECT_EQ(receiver->drain(), 2u);
  EXPECT_EQ(receiver->drain(), std::nullopt);
  EXPECT_EQ(writer.counters().hints_failed, 0u);
}

TEST(HintSocket, WriterGoesOnWithoutAListenerAndWithAFullOne) {
  const sdr::testing::TemporaryFolder folder;
  auto writer = must_open(folder.file("ring"), testing::kSmallRing, nullptr, folder.file("hint"));
  must_write(writer, 1, 100);
  EXPECT_EQ(writer.counters().hints_failed, 1u);
  auto receiver = HintReceiver::open(folder.file("hint"));
  ASSERT_TRUE(receiver.ok());
  for (uint64_t i = 2; i < 2000; ++i) must_write(writer, i, 8);
  EXPECT_GT(writer.counters().hints_failed, 1u);
  EXPECT_EQ(writer.sequence_number(), 1999u);
}

TEST(HintSocket, AbstractAddressLeavesNoFile) {
  const std::string address = "@sdr-hint-test-" + std::to_string(::getpid());
  auto receiver = HintReceiver::open(address);
  ASSERT_TRUE(receiver.ok());
  auto sender = HintSender::open(address);
  ASSERT_TRUE(sender.ok());
  EXPECT_TRUE(sender->send(77));
  EXPECT_EQ(receiver->drain(), 77u);
}

TEST(HintSocket, ReplacesWhatADeadReceiverLeftButNotALiveOne) {
  const sdr::testing::TemporaryFolder folder;
  const std::string path = folder.file("hint");
  {
    auto receiver = HintReceiver::open(path);
    ASSERT_TRUE(receiver.ok());
    std::filesystem::create_hard_link(path, folder.file("kept"));
    EXPECT_FALSE(HintReceiver::open(path).ok());
  }
  std::filesystem::rename(folder.file("kept"), path);  // as if it had died without cleaning up
  EXPECT_TRUE(HintReceiver::open(path).ok());
}

TEST(HintSocket, RefusesAddressesThatDoNotFit) {
  EXPECT_EQ(HintSender::open(std::string(200, 'x')).error().code(), FramesErrc::kBadPath);
  EXPECT_EQ(HintReceiver::open("").error().code(), FramesErrc::kBadPath);
}

}  // namespace
}  // namespace sdr::frames
