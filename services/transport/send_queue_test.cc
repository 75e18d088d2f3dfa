// SPDX-License-Identifier: Apache-2.0
#include "transport/send_queue.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>

#include "base/file_descriptor.h"
#include "transport/keyframe_requests.h"
#include "transport/text_message.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;
using State = SendQueue::State;

class SendQueueTest : public ::testing::Test {
 protected:
  SendQueueTest() {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    ours.emplace(FileDescriptor(pair[0]));
    theirs = FileDescriptor(pair[1]);
  }
  MessageRef message(const std::string& bytes) {
    TextMessage* const text = pool.take();
    text->bytes = bytes;
    return TextPool::seal(text);
  }
  std::string read() {
    std::string all;
    char piece[4096];
    for (ssize_t got; (got = recv(theirs.get(), piece, sizeof piece, 0)) > 0;)
      all.append(piece, static_cast<size_t>(got));
    return all;
  }
  /// Writes until the socket takes no more; gives what was written.
  std::string fill() {
    const std::string block(100'000, 'f');
    std::string written;
    while (queue.send_video(*ours, message(block), 100'000) == State::kDrained) written += block;
    return written + block;
  }

  TextPool pool;  // outlives the queue, which holds its messages
  std::optional<net::Stream> ours;
  FileDescriptor theirs;
  SendQueue queue;
};

TEST_F(SendQueueTest, WritesAtOnceWhereNothingWaits) {
  EXPECT_EQ(queue.send_video(*ours, message("frame+tail"), 5), State::kDrained);
  EXPECT_EQ(read(), "frame");
  EXPECT_EQ(queue.bytes_sent(), 5u);
}

TEST_F(SendQueueTest, FinishesAHalfWrittenFrameBeforeWhatIsUrgentAndThatBeforeVideo) {
  const std::string before = fill();
  EXPECT_EQ(queue.send_video(*ours, message("VIDEO"), 5), State::kBlocked);
  EXPECT_TRUE(queue.push_other(message("URGENT")));
  std::string all;
  while (queue.flush(*ours) == State::kBlocked) all += read();
  EXPECT_EQ(all + read(), before + "URGENTVIDEO");
  EXPECT_TRUE(queue.drained());
}

TEST_F(SendQueueTest, KeepsTheHalfWrittenFrameWhenTheRestIsDropped) {
  const std::string before = fill();
  for (size_t i = 0; i < SendQueue::kVideoMax; ++i) {
    EXPECT_FALSE(queue.video_full());
    EXPECT_EQ(queue.send_video(*ours, message("late"), 4), State::kBlocked);
  }
  EXPECT_TRUE(queue.video_full());
  EXPECT_EQ(queue.drop_video(), SendQueue::kVideoMax);
  std::string all;
  while (queue.flush(*ours) == State::kBlocked) all += read();
  EXPECT_EQ((all + read()).size(), before.size());
}

TEST_F(SendQueueTest, RefusesUrgentMessagesBeyondItsBound) {
  fill();
  for (size_t i = 0; i < SendQueue::kOtherMax; ++i) EXPECT_TRUE(queue.push_other(message("x")));
  EXPECT_FALSE(queue.push_other(message("x")));
}

TEST_F(SendQueueTest, SaysThatASocketIsBroken) {
  theirs.reset();
  EXPECT_EQ(queue.send_video(*ours, message("frame"), 5), State::kBroken);
}

TEST(KeyframeRequests, SendsTheFirstAtOnceAndThoseOfHalfASecondInOne) {
  KeyframeRequests requests;
  Time now{1h};
  EXPECT_TRUE(requests.want(now));
  EXPECT_FALSE(requests.due_at());
  EXPECT_FALSE(requests.want(now + 100ms));
  EXPECT_FALSE(requests.want(now + 499ms));
  EXPECT_EQ(requests.due_at(), now + 500ms);
  EXPECT_FALSE(requests.due(now + 499ms));
  EXPECT_TRUE(requests.due(now + 500ms));
  EXPECT_FALSE(requests.due(now + 600ms));
  EXPECT_FALSE(requests.want(now + 900ms));
  EXPECT_TRUE(requests.want(now + 1000ms));
}

TEST(KeyframeRequests, ForgetsWishesThatAKeyframeHasMet) {
  KeyframeRequests requests;
  Time now{1h};
  EXPECT_TRUE(requests.want(now));
  EXPECT_FALSE(requests.want(now + 10ms));
  requests.met();
  EXPECT_FALSE(requests.due(now + 600ms));
}

}  // namespace
}  // namespace sdr::transport
