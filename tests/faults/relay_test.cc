// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/relay.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;

/// A server that sends back what it gets, a relay before it, and a client behind that.
class RelayTest : public ::testing::Test {
 protected:
  RelayTest() : client_(std::move(net::connect_tcp(relay_.address())).value()) {
    loop_.watch(listener_.get(), EPOLLIN, [this](uint32_t) {
      if (auto socket = net::accept_tcp(listener_.get(), nullptr)) server_ = std::move(*socket);
    });
    EXPECT_TRUE(until([this] { return static_cast<bool>(server_); }));
  }

  bool until(const std::function<bool()>& condition) {
    const Time give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      loop_.run_once(2ms);
      char bytes[4096];
      if (server_) {
        const ssize_t got = recv(server_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
        if (got > 0) ::send(server_.get(), bytes, static_cast<size_t>(got), MSG_NOSIGNAL);
        if (got == 0) server_.reset();
      }
      const ssize_t got = recv(client_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (got > 0) answer_.append(bytes, static_cast<size_t>(got));
      if (got == 0) ended_ = true;
    }
    return true;
  }
  /// Serves everybody for a while: to see that nothing happens.
  void serve(Duration time) {
    const Time end = std::chrono::steady_clock::now() + time;
    EXPECT_TRUE(until([end] { return std::chrono::steady_clock::now() >= end; }));
  }
  void send(const std::string& text) {
    ASSERT_EQ(::send(client_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }

  EventLoop loop_;
  FileDescriptor listener_ = std::move(net::listen_tcp(net::Address::parse("127.0.0.1:0").value())).value();
  Relay relay_{loop_, net::local_address(listener_.get()).value(), 1};
  FileDescriptor client_, server_;
  std::string answer_;
  bool ended_ = false;
};

TEST_F(RelayTest, PassesBytesBothWays) {
  send("there and back");
  EXPECT_TRUE(until([this] { return answer_ == "there and back"; }));
}

TEST_F(RelayTest, IsSilentWhileCutAndGivesAllAfterwards) {
  relay_.cut();
  send("one ");
  serve(50ms);
  send("two");
  serve(50ms);
  EXPECT_EQ(answer_, "");
  EXPECT_FALSE(ended_);
  relay_.release();
  EXPECT_TRUE(until([this] { return answer_ == "one two"; }));
}

TEST_F(RelayTest, TellsNobodyOfAnEndWhileCut) {
  relay_.cut();
  client_.reset();
  serve(50ms);
  EXPECT_TRUE(static_cast<bool>(server_));
  relay_.release();
  EXPECT_TRUE(until([this] { return !server_; }));
  EXPECT_TRUE(until([this] { return relay_.connection_count() == 0; }));
}

TEST_F(RelayTest, GivesWhatWasSentBeforeTheEnd) {
  relay_.set_profile({.delay = 20ms});
  send("the last words");
  shutdown(client_.get(), SHUT_WR);
  EXPECT_TRUE(until([this] { return !server_; }));  // it heard the end, so what stood before it as well
  EXPECT_EQ(relay_.connection_count(), 0u);
}

TEST_F(RelayTest, PassesMoreThanItHoldsThroughALossyDelayedLink) {
  relay_.set_profile({.delay = 1ms, .jitter = 2ms, .loss = 0.02, .retransmission = 5ms});
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(1000, static_cast<char>('a' + i % 26));
    sent += piece;
    send(piece);
    serve(1ms);
  }
  EXPECT_TRUE(until([&] { return answer_.size() == sent.size(); }));
  EXPECT_EQ(answer_, sent);
}

TEST_F(RelayTest, ResetsBothEnds) {
  relay_.reset();
  char byte = 0;
  EXPECT_TRUE(until([&] { return recv(client_.get(), &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET; }) || ended_);
  EXPECT_EQ(relay_.connection_count(), 0u);
}

TEST_F(RelayTest, ClosesWhereTheServerRefuses) {
  loop_.unwatch(listener_.get());
  listener_.reset();
  client_ = std::move(net::connect_tcp(relay_.address())).value();
  ended_ = false;
  EXPECT_TRUE(until([this] { return ended_; }));
}

}  // namespace
}  // namespace sdr::faults
