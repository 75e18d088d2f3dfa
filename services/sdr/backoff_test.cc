// SPDX-License-Identifier: Apache-2.0
#include "sdr/backoff.h"

#include <gtest/gtest.h>

namespace sdr::command {
namespace {

using std::chrono::milliseconds, std::chrono::seconds;

TEST(Backoff, DoublesUpToItsBound) {
  FakeClock clock;
  Backoff backoff({.first = milliseconds(250), .most = seconds(1), .calm = seconds(30)});
  for (const milliseconds expected : {milliseconds(250), milliseconds(500), milliseconds(1000), milliseconds(1000)}) {
    backoff.started(clock.now());
    clock.advance(seconds(1));
    EXPECT_EQ(backoff.died(clock.now()), Duration(expected));
  }
}

TEST(Backoff, BeginsAnewAfterACalmRun) {
  FakeClock clock;
  Backoff backoff;
  backoff.started(clock.now());
  EXPECT_EQ(backoff.died(clock.now()), Duration(milliseconds(250)));
  EXPECT_EQ(backoff.died(clock.now()), Duration(milliseconds(500)));
  backoff.started(clock.now());
  clock.advance(seconds(30));
  EXPECT_EQ(backoff.died(clock.now()), Duration(milliseconds(250)));
}

}  // namespace
}  // namespace sdr::command
