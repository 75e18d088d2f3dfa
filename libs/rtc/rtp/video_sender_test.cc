// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/video_sender.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "base/testing/allocations.h"
#include "rtc/rtp/media_time.h"
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/rtcp_writer.h"
#include "rtc/rtp/testing/session.h"

namespace sdr::rtc {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::make_access_unit;
using testing::test_config;

constexpr uint32_t kMediaSsrc = 0x11223344, kRepairSsrc = 0x55667788;
constexpr uint64_t kRealtimeUs = 1'700'000'000'000'000;
constexpr Duration kInterval = microseconds(16'667);

// One peer and the stores of two layers, moved by hand.
class VideoSenderTest : public ::testing::Test {
 protected:
  VideoSenderTest() { start(test_config()); }

  void start(const VideoSender::Config& config, size_t layers = 1) {
    sender_ = std::make_unique<VideoSender>(config, now_);
    const std::vector<const PacketStore*> stores{&stores_[0], &stores_[1]};
    sender_->set_layers(std::span(stores).first(layers), now_);
  }
  void store_frame(bool keyframe, size_t layer = 0, size_t bytes = 5000, uint64_t capture_us = 0) {
    const auto unit = make_access_unit(VideoCodec::kH264, keyframe, bytes, random_);
    ASSERT_TRUE(packetizers_[layer].push({unit, keyframe, capture_us != 0 ? capture_us : realtime_us()}, now_).ok());
  }
  void frame(bool keyframe, size_t layer = 0, size_t bytes = 5000) {
    store_frame(keyframe, layer, bytes);
    sender_->on_frame(layer, now_);
  }
  // Everything that may go until the queue is empty, as parsed packets.
  std::vector<RtpPacket> pull_all() {
    datagrams_.clear();
    std::array<OutgoingPacket, 16> packets;
    for (int i = 0; i < 1000; ++i) {
      const size_t count = sender_->pull(packets, now_);
      for (const OutgoingPacket& packet : std::span(packets).first(count)) {
        std::array<uint8_t, 2048> scratch;
        std::vector<uint8_t> bytes(packet.header.begin(), packet.header.begin() + packet.header_bytes);
        const auto payload = packet.payload(scratch);
        bytes.insert(bytes.end(), payload.begin(), payload.end());
        datagrams_.push_back(std::move(bytes));
      }
      if (count == 0) now_ += milliseconds(1);
      if (count == 0 && i > 50) break;
    }
    std::vector<RtpPacket> parsed;
    for (const auto& bytes : datagrams_) parsed.push_back(*parse_rtp(bytes));
    return parsed;
  }
  void tell(const std::function<void(ByteWriter&)>& write) {
    std::array<uint8_t, 1200> bytes;
    ByteWriter writer(bytes);
    write(writer);
    sender_->on_rtcp(std::span(bytes).first(writer.size()), now_);
  }
  uint64_t realtime_us() const { return kRealtimeUs + to_us(now_); }

  Time now_{std::chrono::hours(1)};
  std::mt19937 random_{1};
  std::array<PacketStore, 2> stores_;
  std::array<Packetizer, 2> packetizers_{Packetizer{VideoCodec::kH264, stores_[0]},
                                         Packetizer{VideoCodec::kH264, stores_[1]}};
  std::unique_ptr<VideoSender> sender_;
  std::vector<std::vector<uint8_t>> datagrams_;
};

TEST_F(VideoSenderTest, JoinsAtTheStoredKeyframeWithoutAskingForOne) {
  store_frame(true);
  store_frame(false);
  start(test_config());
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
  const auto packets = pull_all();
  ASSERT_FALSE(packets.empty());
  EXPECT_EQ(packets[0].payload[0] & 0x1F, 24);  // the parameter sets
  EXPECT_EQ(sender_->counters().frames, 2u);
}

TEST_F(VideoSenderTest, JoinsAtAKeyframeThatIsTooYoungToBeReplaced) {
  store_frame(true);
  for (int i = 0; i < 20; ++i) store_frame(false);
  start(test_config());
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
  for (int i = 0; i < 3; ++i) frame(false);  // before anything could leave
  for (int i = 0; i < 50; ++i, now_ += milliseconds(1)) pull_all();
  EXPECT_EQ(sender_->counters().frames, 24u);
  EXPECT_EQ(sender_->counters().late_frames, 0u);
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
}

TEST_F(VideoSenderTest, AsksForAKeyframeWhereTheStoredOneIsOldAndSendsNothingBefore) {
  store_frame(true);
  for (int i = 0; i < 40; ++i) store_frame(false);
  start(test_config());
  EXPECT_EQ(sender_->take_keyframe_request(now_), 0u);
  EXPECT_FALSE(sender_->take_keyframe_request(now_ + milliseconds(400)));
  EXPECT_EQ(sender_->take_keyframe_request(now_ + milliseconds(500)), 0u);  // none came
  frame(false);
  EXPECT_TRUE(pull_all().empty());
  frame(true);
  EXPECT_FALSE(pull_all().empty());
  EXPECT_FALSE(sender_->take_keyframe_request(now_ + seconds(5)));
}

TEST_F(VideoSenderTest, GoesOnWhereALowerLayerComesAndGoes) {
  const std::vector<const PacketStore*> stores{&stores_[0], &stores_[1]};
  frame(true);
  frame(false);
  EXPECT_FALSE(pull_all().empty());
  for (const size_t layers : {2u, 1u}) {
    sender_->set_layers(std::span(stores).first(layers), now_);
    EXPECT_TRUE(pull_all().empty()) << "what was sent is not sent again";
    EXPECT_FALSE(sender_->take_keyframe_request(now_));
    frame(false);
    EXPECT_FALSE(pull_all().empty());
  }
  EXPECT_EQ(sender_->counters().frames, 4u);
  EXPECT_EQ(sender_->counters().skipped_frames, 0u);
}

TEST_F(VideoSenderTest, JoinsAnewWhereTheLayerThatItIsAtGoes) {
  VideoSender::Config config = test_config();
  config.bandwidth.start_bps = config.bandwidth.lowest_bps;
  start(config, 2);
  for (int i = 0; i < 10; ++i, now_ += kInterval) frame(i == 0);  // more than the link is thought to carry
  frame(true, 1, 500);
  ASSERT_EQ(sender_->thinning().layer(), 1u);
  pull_all();
  const PacketStore* const best = &stores_[0];
  sender_->set_layers(std::span(&best, 1), now_);
  EXPECT_EQ(sender_->thinning().layer(), 0u);
  EXPECT_FALSE(sender_->take_keyframe_request(now_)) << "there is a stored one";
  now_ += seconds(1);  // the pacer's
  const auto packets = pull_all();
  ASSERT_FALSE(packets.empty());
  EXPECT_EQ(packets[0].payload[0] & 0x1F, 24) << "the parameter sets";
}

TEST_F(VideoSenderTest, NumbersPacketsWithoutGapsAndMarksTheLastOfEachFrame) {
  frame(true);
  for (int i = 0; i < 5; ++i) {
    now_ += kInterval;
    frame(false);
  }
  const auto packets = pull_all();
  for (size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].header.sequence, static_cast<uint16_t>(31'000 + i));
    const bool last = i + 1 == packets.size() || packets[i + 1].header.timestamp != packets[i].header.timestamp;
    EXPECT_EQ(packets[i].header.marker, last);
  }
}

TEST_F(VideoSenderTest, TakesTimestampsFromTheCaptureTimes) {
  frame(true);
  now_ += microseconds(20'000);
  frame(false);
  const auto packets = pull_all();
  EXPECT_EQ(packets.back().header.timestamp - packets.front().header.timestamp, 1800u);
  const auto extensions = parse_extensions(packets.front(), test_config().extensions);
  ASSERT_TRUE(extensions.ok());
  EXPECT_EQ(realtime_us_of_ntp(*extensions->capture_ntp), kRealtimeUs + to_us(Time(std::chrono::hours(1))));
}

TEST_F(VideoSenderTest, KeepsTimestampsGrowingWhenTheWallClockIsSetOrStands) {
  uint32_t last = 0;
  const int64_t captures[] = {0, 16'667, -3'600'000'000, -3'600'000'000, 500'000'000'000, 500'000'016'667};
  for (size_t i = 0; i < std::size(captures); ++i) {
    store_frame(i == 0, 0, 500, kRealtimeUs + static_cast<uint64_t>(captures[i]));
    sender_->on_frame(0, now_);
    const auto packets = pull_all();
    ASSERT_FALSE(packets.empty());
    if (i > 0) {
      EXPECT_GT(static_cast<int32_t>(packets[0].header.timestamp - last), 0);
      EXPECT_LT(packets[0].header.timestamp - last, 90'000u);
    }
    last = packets[0].header.timestamp;
  }
}

TEST_F(VideoSenderTest, RepeatsALostPacketInItsRtxForm) {
  frame(true);
  const auto packets = pull_all();
  const std::vector<uint8_t> lost = datagrams_[2];
  const uint16_t sequence = packets[2].header.sequence;
  const uint32_t timestamp = packets[2].header.timestamp;
  const auto payload_of_lost = std::vector<uint8_t>(packets[2].payload.begin(), packets[2].payload.end());
  tell([&](ByteWriter& out) { write_nack(out, 1, kMediaSsrc, std::span(&sequence, 1)); });
  EXPECT_LE(sender_->next_time(), now_);
  const auto repeats = pull_all();
  ASSERT_EQ(repeats.size(), 1u);
  EXPECT_EQ(repeats[0].header.ssrc, kRepairSsrc);
  EXPECT_EQ(repeats[0].header.payload_type, 103);
  EXPECT_EQ(repeats[0].header.sequence, 500);
  EXPECT_EQ(repeats[0].header.timestamp, timestamp);
  EXPECT_EQ(repeats[0].payload[0] << 8 | repeats[0].payload[1], sequence);
  EXPECT_TRUE(std::equal(payload_of_lost.begin(), payload_of_lost.end(), repeats[0].payload.begin() + 2,
                         repeats[0].payload.end()));
  EXPECT_EQ(sender_->counters().repeats, 1u);
}

TEST_F(VideoSenderTest, AsksForAKeyframeWhereARepairIsTooLate) {
  frame(true);
  frame(false);
  const auto packets = pull_all();
  const uint16_t lost = packets.back().header.sequence;
  for (int i = 0; i < 70; ++i) {
    now_ += milliseconds(17);
    store_frame(false);
  }
  tell([&](ByteWriter& out) { write_nack(out, 1, kMediaSsrc, std::span(&lost, 1)); });
  EXPECT_EQ(sender_->take_keyframe_request(now_), 0u);
  EXPECT_EQ(sender_->counters().hopeless, 1u);
}

TEST_F(VideoSenderTest, PassesOnPliAndFirButNotForOthersAndNotAgainAtOnce) {
  frame(true);
  pull_all();
  now_ += seconds(2);
  tell([](ByteWriter& out) { write_pli(out, {1, 42}); });
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
  tell([](ByteWriter& out) { write_pli(out, {1, kMediaSsrc}); });
  EXPECT_EQ(sender_->take_keyframe_request(now_), 0u);
  tell([](ByteWriter& out) { write_pli(out, {1, kMediaSsrc}); });
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
  frame(true);
  tell([](ByteWriter& out) { write_pli(out, {1, kMediaSsrc}); });  // sent before that one arrived
  EXPECT_FALSE(sender_->take_keyframe_request(now_ + seconds(1)));
  now_ += seconds(2);
  tell([](ByteWriter& out) { write_fir(out, 1, kMediaSsrc, 7); });
  EXPECT_EQ(sender_->take_keyframe_request(now_), 0u);
  frame(true);
  now_ += seconds(2);
  tell([](ByteWriter& out) { write_fir(out, 1, kMediaSsrc, 7); });  // the same request, repeated
  EXPECT_FALSE(sender_->take_keyframe_request(now_));
}

TEST_F(VideoSenderTest, ReportsWhereItsTimeLineStands) {
  frame(true);
  const uint32_t timestamp = pull_all()[0].header.timestamp;
  now_ = Time(std::chrono::hours(1)) + milliseconds(1500);
  std::array<uint8_t, 256> bytes;
  const size_t size = sender_->pull_rtcp(bytes, realtime_us(), now_);
  ASSERT_GT(size, 0u);
  RtcpWalk walk({bytes.data(), size});
  const auto report = parse_sender_report(*walk.next());
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->ssrc, kMediaSsrc);
  EXPECT_EQ(report->info.timestamp - timestamp, 135'000u);
  EXPECT_EQ(realtime_us_of_ntp(report->info.ntp), realtime_us());
  EXPECT_EQ(report->info.packet_count, datagrams_.size());
  EXPECT_EQ(*parse_cname(*walk.next()), "robot");
  EXPECT_EQ(sender_->pull_rtcp(bytes, realtime_us(), now_), 0u);
}

TEST_F(VideoSenderTest, MeasuresTheRoundTripByItsOwnClock) {
  frame(true);
  pull_all();
  std::array<uint8_t, 256> bytes;
  const Time sent = now_;
  ASSERT_GT(sender_->pull_rtcp(bytes, realtime_us(), now_), 0u);
  ReportBlock block;
  block.ssrc = kMediaSsrc;
  block.last_sender_report = static_cast<uint32_t>(ntp_of_realtime_us(realtime_us()) >> 16);
  block.delay_since_report = 65536;  // 1 s
  now_ = sent + milliseconds(1070);
  tell([&](ByteWriter& out) { write_receiver_report(out, 1, std::span(&block, 1)); });
  EXPECT_NEAR(static_cast<double>(sender_->round_trip().count()), 70e6, 1e3);
}

TEST_F(VideoSenderTest, CountsMalformedControlAndChangesNothing) {
  frame(true);
  pull_all();
  for (const std::vector<uint8_t>& bytes :
       {std::vector<uint8_t>{0x80}, {0x81, 205, 0, 9, 1, 2, 3, 4}, {0x81, 206, 0, 1, 0, 0, 0, 1}})
    sender_->on_rtcp(bytes, now_);
  EXPECT_EQ(sender_->counters().malformed, 3u);
  EXPECT_FALSE(sender_->take_keyframe_request(now_ + seconds(1)));
}

// A fuzzer's find: the sum of a clock that is days away and our own left the range of a rate's buckets.
TEST_F(VideoSenderTest, StandsAFeedbackClockThatJumpsByDays) {
  frame(true);
  pull_all();
  for (int i = 0; i < 50; ++i) {
    frame(false);
    pull_all();
    tell([&](ByteWriter& out) {
      const std::vector<std::optional<ArrivalTime>> one{
          ArrivalTime(milliseconds(64) * (i % 2 == 0 ? 0x7F'FFFF : 0x80'0001))};
      TransportFeedback head{1, kMediaSsrc, static_cast<uint16_t>(i), 0, 0, 0, {}, {}};
      write_transport_feedback(out, head, one);
    });
  }
  EXPECT_EQ(sender_->counters().malformed, 0u);
  EXPECT_GE(sender_->bandwidth().estimate_bps(), 100e3);
}

TEST_F(VideoSenderTest, LeavesWithAFarewellForBothStreams) {
  std::array<uint8_t, 256> bytes;
  const size_t size = sender_->write_bye(bytes);
  RtcpWalk walk({bytes.data(), size});
  EXPECT_EQ(walk.next()->type, RtcpType::kReceiverReport);
  EXPECT_EQ(walk.next()->type, RtcpType::kDescription);
  EXPECT_EQ(parse_bye(*walk.next())->size(), 8u);
}

TEST_F(VideoSenderTest, DropsItsQueueWhereItCannotSendForLong) {
  frame(true);
  pull_all();
  for (int i = 0; i < 40; ++i) {
    now_ += kInterval;
    frame(false);  // and nobody pulls
  }
  EXPECT_GT(sender_->counters().late_frames, 10u);
  EXPECT_EQ(sender_->take_keyframe_request(now_), 0u);
}

TEST_F(VideoSenderTest, IsSmall) { EXPECT_LE(sizeof(VideoSender), 40'000u); }

TEST_F(VideoSenderTest, AllocatesNothingOnTheMediaPath) {
  std::vector<std::vector<uint8_t>> units;
  for (int i = 0; i < 8; ++i) units.push_back(make_access_unit(VideoCodec::kH264, i == 0, 16'000, random_));
  std::array<OutgoingPacket, 64> packets;
  std::array<uint8_t, 1200> control;
  uint64_t sent = 0;
  const auto round = [&](size_t i) {
    const auto& unit = units[i % units.size()];
    ASSERT_TRUE(packetizers_[0].push({unit, i % units.size() == 0, realtime_us()}, now_).ok());
    sender_->on_frame(0, now_);
    for (int step = 0; step < 8; ++step, now_ += milliseconds(2)) {
      sender_->on_time(now_);
      (void)sender_->take_keyframe_request(now_);
      (void)sender_->pull_rtcp(control, realtime_us(), now_);
      sent += sender_->pull(packets, now_);
    }
    ByteWriter writer(control);
    const std::array<std::optional<ArrivalTime>, 1> arrivals{
        std::chrono::duration_cast<ArrivalTime>(now_.time_since_epoch())};
    TransportFeedback head{1, kMediaSsrc, static_cast<uint16_t>(sent - 1), 0, 0, 0, {}, {}};
    write_transport_feedback(writer, head, arrivals);
    const auto lost = static_cast<uint16_t>(31'000 + sent / 2);
    write_nack(writer, 1, kMediaSsrc, std::span(&lost, 1));
    sender_->on_rtcp(std::span(control).first(writer.size()), now_);
  };
  for (size_t i = 0; i < 16; ++i) round(i);
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (size_t i = 0; i < 300; ++i) round(i);
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
  EXPECT_GT(sent, 3000u);
}

}  // namespace
}  // namespace sdr::rtc
