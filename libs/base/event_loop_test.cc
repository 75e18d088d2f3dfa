// SPDX-License-Identifier: Apache-2.0
#include "base/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "base/assert.h"

namespace sdr {
namespace {

using std::chrono::hours, std::chrono::milliseconds;

struct Pair {
  Pair() {
    int fds[2];
    SDR_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0, "socketpair");
    a.reset(fds[0]);
    b.reset(fds[1]);
  }
  void poke() { ASSERT_EQ(::write(b.get(), "x", 1), 1); }

  FileDescriptor a, b;
};

TEST(EventLoop, CallsBackWhenADescriptorIsReady) {
  EventLoop loop;
  Pair pair;
  uint32_t seen = 0;
  loop.watch(pair.a.get(), EPOLLIN, [&](uint32_t events) {
    seen = events;
    loop.stop();
  });
  pair.poke();
  loop.run();
  EXPECT_EQ(seen, static_cast<uint32_t>(EPOLLIN));
}

TEST(EventLoop, DropsEventsOfADescriptorUnwatchedInTheSameTurn) {
  EventLoop loop;
  Pair first, second;
  int calls = 0;
  const auto unwatch_both = [&](uint32_t) {
    ++calls;
    loop.unwatch(first.a.get());
    loop.unwatch(second.a.get());
  };
  loop.watch(first.a.get(), EPOLLIN, unwatch_both);
  loop.watch(second.a.get(), EPOLLIN, unwatch_both);
  first.poke();
  second.poke();
  loop.run_once(hours(1));
  EXPECT_EQ(calls, 1);
}

TEST(EventLoop, KeepsACallbackThatWatchesAnotherDescriptorWhileItRuns) {
  EventLoop loop;
  Pair first;
  std::vector<Pair> many(200);
  int calls = 0;
  loop.watch(first.a.get(), EPOLLIN, [&, state = std::string(100, 'x')](uint32_t) {
    if (calls++ == 0) {
      for (Pair& pair : many) loop.watch(pair.a.get(), EPOLLIN, [](uint32_t) {});
    }
    EXPECT_EQ(state.size(), 100u);
  });
  first.poke();
  loop.run_once(hours(1));
  loop.run_once(hours(1));
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, RunsTimersInTheOrderOfTheirDeadlines) {
  EventLoop loop;
  std::string order;
  loop.after(milliseconds(2), [&] {
    order += 'b';
    loop.stop();
  });
  loop.after(milliseconds(1), [&] { order += 'a'; });
  loop.run();
  EXPECT_EQ(order, "ab");
}

TEST(EventLoop, RepeatsATimerUntilItCancelsItself) {
  EventLoop loop;
  int calls = 0;
  EventLoop::TimerId timer = EventLoop::TimerId::none;
  timer = loop.every(milliseconds(1), [&] {
    if (++calls == 3) {
      loop.cancel(timer);
      loop.after(milliseconds(5), [&] { loop.stop(); });
    }
  });
  loop.run();
  EXPECT_EQ(calls, 3);
}

TEST(EventLoop, ForgetsACancelledTimerEvenWhenItsPlaceIsUsedAgain) {
  EventLoop loop;
  bool wrong = false;
  const EventLoop::TimerId old = loop.after(milliseconds(1), [&] { wrong = true; });
  loop.cancel(old);
  loop.after(milliseconds(2), [&] { loop.stop(); });
  loop.cancel(old);
  loop.run();
  EXPECT_FALSE(wrong);
}

TEST(EventLoop, StaysBoundedWhenTimersAreSetAndCancelledForEver) {
  EventLoop loop;
  for (int i = 0; i < 100'000; ++i) loop.cancel(loop.after(hours(1), [] {}));
  loop.after(Duration::zero(), [&] { loop.stop(); });
  loop.run();
}

TEST(EventLoop, RunsWhatOtherThreadsPost) {
  EventLoop loop;
  std::thread::id ran_on;
  std::thread other([&] {
    EXPECT_TRUE(loop.post([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    }));
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(EventLoop, RefusesPostsBeyondItsBound) {
  EventLoop loop;
  int accepted = 0;
  while (loop.post([] {})) ++accepted;
  EXPECT_EQ(accepted, 1024);
}

TEST(Notifier, TurnsManyNotificationsIntoOneCall) {
  EventLoop loop;
  int calls = 0;
  Notifier notifier(loop, [&] { ++calls; });
  for (int i = 0; i < 10; ++i) notifier.notify();
  loop.run_once(hours(1));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sdr
