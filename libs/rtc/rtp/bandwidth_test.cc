// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

#include "rtc/rtp/bandwidth_estimator.h"
#include "rtc/rtp/pacer.h"
#include "rtc/rtp/repair.h"
#include "rtc/rtp/thinning.h"

// Estimation and what follows from it, part by part, in virtual time.

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kStart{std::chrono::hours(1)};
constexpr size_t kPacket = 1200;

// Flows that share a bottleneck with a queue; each sends at a rate of its own choice and hears back each 50 ms.
class Bottleneck {
 public:
  struct Flow {
    BandwidthEstimator estimator;
    double fixed_bps = 0;  ///< 0: as much as it may
    double owed_bytes = 0;
    std::vector<std::pair<SentPacket, std::optional<ArrivalTime>>> reports;
  };

  Bottleneck(double carries_bps, size_t flows, double start_bps) : rate_bps(carries_bps) {
    BandwidthEstimator::Limits limits;
    limits.start_bps = start_bps;
    for (size_t i = 0; i < flows; ++i) flows_.push_back({BandwidthEstimator(limits), 0, 0, {}});
  }

  void run(Duration duration) {
    for (const Time end = now_ + duration; now_ < end; now_ += milliseconds(1)) tick();
  }
  Flow& flow(size_t index = 0) { return flows_[index]; }
  double estimate_mbps(size_t index = 0) { return flows_[index].estimator.estimate_bps() / 1e6; }
  Duration queue() const { return busy_until_ > now_ ? busy_until_ - now_ : Duration{}; }

  double rate_bps;
  double loss = 0;
  Duration buffer = milliseconds(200);

 private:
  void tick() {
    ++count_;
    for (Flow& flow : flows_) {
      const double bps = flow.fixed_bps > 0 ? flow.fixed_bps : flow.estimator.estimate_bps();
      flow.owed_bytes += bps / 8 / 1000;
      for (; flow.owed_bytes >= kPacket; flow.owed_bytes -= kPacket) send(flow);
      if (count_ % 50 == 0) report(flow);
    }
  }
  void send(Flow& flow) {
    const SentPacket packet{now_, kPacket, 0, false};
    std::optional<ArrivalTime> arrival;
    const bool fits = queue() < buffer;
    if (fits) {
      busy_until_ = std::max(busy_until_, now_) +
                    std::chrono::duration_cast<Duration>(std::chrono::duration<double>(8.0 * kPacket / rate_bps));
      arrival = std::chrono::duration_cast<ArrivalTime>((busy_until_ + milliseconds(20)).time_since_epoch());
    }
    if (static_cast<double>(random_()) / 4294967296.0 < loss) arrival.reset();
    flow.reports.emplace_back(packet, arrival);
  }
  void report(Flow& flow) {
    size_t known = 0;
    for (const auto& [packet, arrival] : flow.reports) {
      const ArrivalTime heard = std::chrono::duration_cast<ArrivalTime>((now_ - milliseconds(20)).time_since_epoch());
      if (arrival && *arrival > heard) break;
      if (arrival) flow.estimator.on_arrived(packet, *arrival);
      if (!arrival) flow.estimator.on_lost();
      ++known;
    }
    flow.reports.erase(flow.reports.begin(), flow.reports.begin() + static_cast<std::ptrdiff_t>(known));
    if (known > 0) flow.estimator.on_feedback_end(milliseconds(40), now_);
  }

  std::vector<Flow> flows_;
  std::mt19937 random_{3};
  Time now_ = kStart, busy_until_{};
  uint64_t count_ = 0;
};

TEST(BandwidthEstimator, FindsTheRateOfALinkFromAbove) {
  Bottleneck link(4e6, 1, 30e6);
  link.run(seconds(10));
  EXPECT_GT(link.estimate_mbps(), 2.8);
  EXPECT_LT(link.estimate_mbps(), 4.4);
  EXPECT_LT(link.queue(), milliseconds(100));
}

TEST(BandwidthEstimator, FindsTheRateOfALinkFromBelow) {
  Bottleneck link(4e6, 1, 0.5e6);
  link.run(seconds(40));
  EXPECT_GT(link.estimate_mbps(), 2.8);
  EXPECT_LT(link.estimate_mbps(), 4.6);
}

TEST(BandwidthEstimator, FollowsAStepDownWithinTwoSeconds) {
  Bottleneck link(8e6, 1, 6e6);
  link.run(seconds(10));
  link.rate_bps = 4e6;
  link.run(seconds(2));
  EXPECT_LT(link.estimate_mbps(), 4.3);
  EXPECT_GT(link.estimate_mbps(), 2.0);
  link.run(seconds(3));
  EXPECT_LT(link.queue(), milliseconds(100));
  link.rate_bps = 8e6;
  link.run(seconds(30));
  EXPECT_GT(link.estimate_mbps(), 5.5);
}

TEST(BandwidthEstimator, DoesNotSinkByRandomLoss) {
  for (const double loss : {0.05, 0.10, 0.20}) {
    Bottleneck link(50e6, 1, 30e6);
    link.loss = loss;
    link.flow().fixed_bps = 8e6;
    link.run(seconds(20));
    EXPECT_GT(link.estimate_mbps(), 6.0) << loss;
  }
}

TEST(BandwidthEstimator, NeitherSinksNorGrowsWithoutBoundWhenLittleIsSent) {
  Bottleneck link(50e6, 1, 30e6);
  link.flow().fixed_bps = 1e6;
  link.run(seconds(60));
  EXPECT_GE(link.estimate_mbps(), 29);
  EXPECT_LE(link.estimate_mbps(), 31);
  Bottleneck small(50e6, 1, 0.5e6);
  small.flow().fixed_bps = 1e6;
  small.run(seconds(60));
  EXPECT_GE(small.estimate_mbps(), 1.0);
  EXPECT_LE(small.estimate_mbps(), 1.6);
}

TEST(BandwidthEstimator, TakesItsShareBesideAnother) {
  Bottleneck link(8e6, 2, 6e6);
  link.run(seconds(60));
  EXPECT_GT(link.estimate_mbps(0), 1.2);
  EXPECT_GT(link.estimate_mbps(1), 1.2);
  EXPECT_LT(link.estimate_mbps(0) + link.estimate_mbps(1), 10);
  EXPECT_LT(link.queue(), milliseconds(150));
}

TEST(BandwidthEstimator, RecoversFromSilence) {
  Bottleneck link(20e6, 1, 10e6);
  link.flow().fixed_bps = 4e6;
  link.run(seconds(3));
  for (int i = 0; i < 10; ++i) link.flow().estimator.on_silence();
  EXPECT_LT(link.estimate_mbps(), 0.2);
  link.run(seconds(3));
  EXPECT_GT(link.estimate_mbps(), 3.5);
}

TEST(Pacer, LetsAnOrdinaryFrameGoAtOnce) {
  Pacer pacer;
  pacer.on_queue(16'700, 12e6, false);
  EXPECT_GE(pacer.allowance(kStart), 16'700u);
}

TEST(Pacer, SpreadsALargeFrameOverTheFrameIntervalAndNoLonger) {
  Pacer pacer;
  size_t left = 200'000;
  pacer.on_queue(left, 12e6, false);
  Time now = kStart;
  int bursts = 0;
  while (left > 0) {
    now = std::max(now, pacer.next_time());
    const size_t bytes = std::min(left, pacer.allowance(now));
    ASSERT_GT(bytes, 0u);
    EXPECT_LE(bytes, 60'000u);
    pacer.on_sent(bytes, now);
    left -= bytes;
    ++bursts;
  }
  EXPECT_GE(bursts, 4);
  EXPECT_GE(now - kStart, milliseconds(8));
  EXPECT_LE(now - kStart, milliseconds(17));
}

TEST(Pacer, SendsToAThinLinkLittleFasterThanItCarries) {
  Pacer pacer;
  size_t left = 60'000;
  pacer.on_queue(left, 2e6, true);
  Time now = kStart;
  while (left > 0) {
    now = std::max(now, pacer.next_time());
    const size_t bytes = std::min(left, pacer.allowance(now));
    EXPECT_LE(bytes, 8'000u);
    pacer.on_sent(bytes, now);
    left -= bytes;
  }
  EXPECT_GE(now - kStart, milliseconds(150));
  EXPECT_LE(now - kStart, milliseconds(260));
}

TEST(Repair, SendsAtOnceButNotAgainWithinARoundTrip) {
  Repair repair;
  EXPECT_EQ(repair.on_lost(7, 1000, milliseconds(40), kStart), RepairVerdict::kQueued);
  EXPECT_EQ(repair.on_lost(7, 1000, milliseconds(40), kStart + milliseconds(30)), RepairVerdict::kOnItsWay);
  EXPECT_EQ(repair.on_lost(7, 1000, milliseconds(40), kStart + milliseconds(41)), RepairVerdict::kQueued);
  EXPECT_EQ(repair.next(), 7);
  EXPECT_EQ(repair.next(), 7);
  EXPECT_FALSE(repair.next());
}

TEST(Repair, GivesUpAfterSomeTries) {
  Repair repair;
  int queued = 0;
  for (int i = 0; i < 20; ++i)
    queued += repair.on_lost(7, 1000, milliseconds(40), kStart + i * milliseconds(50)) == RepairVerdict::kQueued;
  EXPECT_EQ(queued, 8);
  EXPECT_EQ(repair.on_lost(7, 1000, milliseconds(40), kStart + seconds(1)), RepairVerdict::kHopeless);
}

TEST(Repair, NeverTakesMoreThanHalfOfTheMedia) {
  Repair repair;
  Time now = kStart;
  size_t repeated = 0;
  constexpr size_t kMedia = 10'000'000;
  for (size_t sent = 0; sent < kMedia; sent += 1000, now += milliseconds(1)) {
    repair.on_media(1000);
    for (uint16_t i = 0; i < 3; ++i) {
      if (repair.on_lost(static_cast<uint16_t>(sent / 1000 * 3 + i), 1000, milliseconds(40), now) ==
          RepairVerdict::kQueued)
        repeated += 1000;
      repair.next();
    }
  }
  EXPECT_LE(repeated, kMedia / 2 + 100'000);
  EXPECT_GE(repeated, kMedia / 2 - 100'000);
}

class ThinningOfOne : public ::testing::Test {
 protected:
  // A second of frames of 60 Hz; each keyframe asked for comes with the next frame.
  size_t run(Thinning& thinning, double estimate_bps, int frames) {
    const std::vector<Thinning::Layer> layers{{8e6, 40'000}};
    size_t admitted = 0;
    for (int i = 0; i < frames; ++i, now_ += std::chrono::microseconds(16'667)) {
      if (i % 3 == 0) thinning.update(estimate_bps, layers, now_);
      const bool keyframe = thinning.needs_keyframe(now_).has_value();
      admitted += thinning.admit(0, keyframe, keyframe ? 40'000 : 16'000, now_);
    }
    return admitted;
  }
  Time now_ = kStart;
};

TEST_F(ThinningOfOne, BeginsWithAKeyframeAndLetsAllThrough) {
  Thinning thinning;
  thinning.set_layers(1);
  EXPECT_FALSE(thinning.admit(0, false, 1000, now_));
  EXPECT_EQ(thinning.needs_keyframe(now_), 0u);
  EXPECT_EQ(run(thinning, 20e6, 300), 300u);
  EXPECT_FALSE(thinning.is_reduced());
}

TEST_F(ThinningOfOne, SendsAboutWhatTheLinkCarries) {
  Thinning thinning;
  thinning.set_layers(1);
  run(thinning, 20e6, 60);
  run(thinning, 4e6, 60);
  EXPECT_TRUE(thinning.is_thinning());
  const size_t admitted = run(thinning, 4e6, 600);
  EXPECT_GT(admitted, 150u);
  EXPECT_LT(admitted, 320u);
}

TEST_F(ThinningOfOne, ShowsSomethingEachSecondHoweverThinTheLink) {
  Thinning thinning;
  thinning.set_layers(1);
  run(thinning, 20e6, 60);
  EXPECT_GE(run(thinning, 50e3, 600), 9u);
}

TEST_F(ThinningOfOne, DoesNotReactToAShortDip) {
  Thinning thinning;
  thinning.set_layers(1);
  run(thinning, 20e6, 60);
  EXPECT_EQ(run(thinning, 7e6, 20), 20u);
  EXPECT_EQ(run(thinning, 20e6, 60), 60u);
}

TEST_F(ThinningOfOne, WaitsLongerAfterAFailure) {
  Thinning thinning;
  thinning.set_layers(1);
  run(thinning, 20e6, 60);
  const auto recover = [&] {
    run(thinning, 4e6, 60);
    const Time begin = now_;
    while (thinning.is_thinning()) run(thinning, 20e6, 3);
    return now_ - begin;
  };
  const Duration first = recover();
  const Duration second = recover();  // went up and had to come down again within seconds
  EXPECT_GT(second, first + milliseconds(1000));
}

TEST(Thinning, ChangesLayersAtKeyframesOnly) {
  Thinning thinning;
  thinning.set_layers(2);
  const std::vector<Thinning::Layer> layers{{8e6, 40'000}, {2e6, 10'000}};
  Time now = kStart;
  ASSERT_TRUE(thinning.admit(0, true, 40'000, now));
  EXPECT_FALSE(thinning.admit(1, true, 10'000, now));  // not wanted
  for (int i = 0; i < 20; ++i) thinning.update(4e6, layers, now += milliseconds(50));
  EXPECT_EQ(thinning.needs_keyframe(now), 1u);
  EXPECT_FALSE(thinning.admit(1, false, 3000, now));
  EXPECT_TRUE(thinning.admit(1, true, 10'000, now));
  EXPECT_EQ(thinning.layer(), 1u);
  EXPECT_FALSE(thinning.admit(0, true, 40'000, now));
  EXPECT_TRUE(thinning.admit(1, false, 3000, now));
  EXPECT_FALSE(thinning.is_thinning());
  for (int i = 0; i < 100; ++i) thinning.update(20e6, layers, now += milliseconds(50));
  EXPECT_EQ(thinning.needs_keyframe(now), 0u);
  EXPECT_TRUE(thinning.admit(1, false, 3000, now));  // goes on until then
  EXPECT_TRUE(thinning.admit(0, true, 40'000, now));
  EXPECT_FALSE(thinning.is_reduced());
}

}  // namespace
}  // namespace sdr::rtc
