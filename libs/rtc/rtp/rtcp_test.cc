// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtcp.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

#include "rtc/rtp/errc.h"
#include "rtc/rtp/rtcp_writer.h"
#include "rtc/rtp/transport_feedback.h"

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;
using std::chrono::microseconds;
using std::chrono::milliseconds;

Bytes written(const std::function<void(ByteWriter&)>& write, size_t room = 1200) {
  Bytes bytes(room);
  ByteWriter writer(bytes);
  write(writer);
  EXPECT_TRUE(writer.ok());
  bytes.resize(writer.size());
  return bytes;
}

RtcpPacket first_of(const Bytes& datagram) {
  RtcpWalk walk(datagram);
  const auto packet = walk.next();
  EXPECT_TRUE(packet.has_value());
  return packet.value_or(RtcpPacket{});
}

TEST(Rtcp, HasTheBytesOfASenderReport) {
  const Bytes bytes = written([](ByteWriter& out) {
    write_sender_report(out, 0x01020304, {0x1122334455667788, 9, 5, 600});
  });
  EXPECT_EQ(bytes, (Bytes{0x80, 200,  0, 6, 1, 2, 3, 4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
                          0x77, 0x88, 0, 0, 0, 9, 0, 0, 0,    5,    0,    0,    2,    0x58}));
  const auto report = parse_sender_report(first_of(bytes));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->ssrc, 0x01020304u);
  EXPECT_EQ(report->info.ntp, 0x1122334455667788u);
  EXPECT_EQ(report->info.octet_count, 600u);
}

TEST(Rtcp, ReadsBackReportBlocks) {
  const ReportBlock block{7, 128, -5, 70'000, 11, 0xAABBCCDD, 65536};
  const Bytes bytes = written([&](ByteWriter& out) { write_receiver_report(out, 1, std::span(&block, 1)); });
  const auto report = parse_receiver_report(first_of(bytes));
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->blocks.size(), 1u);
  const ReportBlock read = report->blocks[0];
  EXPECT_EQ(read.ssrc, 7u);
  EXPECT_EQ(read.fraction_lost, 128);
  EXPECT_EQ(read.cumulative_lost, -5);
  EXPECT_EQ(read.highest_sequence, 70'000u);
  EXPECT_EQ(read.last_sender_report, 0xAABBCCDDu);
  EXPECT_EQ(read.delay_since_report, 65536u);
}

TEST(Rtcp, WalksOverACompound) {
  const Bytes bytes = written([](ByteWriter& out) {
    write_sender_report(out, 1, {});
    write_cname(out, 1, "robot");
    const uint32_t source = 1;
    write_bye(out, std::span(&source, 1));
  });
  ASSERT_TRUE(check_rtcp(bytes).ok());
  RtcpWalk walk(bytes);
  EXPECT_EQ(walk.next()->type, RtcpType::kSenderReport);
  const auto description = walk.next();
  EXPECT_EQ(*parse_cname(*description), "robot");
  EXPECT_EQ(parse_bye(*walk.next())->size(), 4u);
  EXPECT_FALSE(walk.next());
  EXPECT_TRUE(walk.status().ok());
}

TEST(Rtcp, TakesReducedSize) {  // RFC 5506: no report in front
  const Bytes bytes = written([](ByteWriter& out) { write_pli(out, {1, 2}); });
  EXPECT_EQ(bytes, (Bytes{0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}));
  EXPECT_TRUE(check_rtcp(bytes).ok());
  EXPECT_EQ(parse_pli(first_of(bytes))->media_ssrc, 2u);
}

TEST(Rtcp, PutsNeighboursIntoOneNackItem) {
  const std::vector<uint16_t> lost{65534, 65535, 0, 14, 15, 500};
  const Bytes bytes = written([&](ByteWriter& out) { write_nack(out, 1, 2, lost); });
  EXPECT_EQ(bytes.size(), 12u + 3 * 4);  // 65534 to 14, 15, 500
  std::vector<uint16_t> read;
  parse_nack(first_of(bytes))->for_each([&](uint16_t sequence) { read.push_back(sequence); });
  EXPECT_EQ(read, lost);
}

TEST(Rtcp, FindsTheFullIntraRequestForASource) {
  const Bytes bytes = written([](ByteWriter& out) { write_fir(out, 1, 0xABCD, 9); });
  const auto fir = parse_fir(first_of(bytes));
  ASSERT_TRUE(fir.ok());
  EXPECT_EQ(fir->request_for(0xABCD), 9);
  EXPECT_FALSE(fir->request_for(1));
}

TEST(Rtcp, RefusesWhatIsMalformed) {
  const auto code = [](const Bytes& datagram) { return check_rtcp(datagram).error().code(); };
  EXPECT_EQ(code({}), RtpErrc::kTruncated);
  EXPECT_EQ(code({0x80, 200, 0}), RtpErrc::kTruncated);
  EXPECT_EQ(code({0x80, 200, 0, 1, 0, 0, 0}), RtpErrc::kTruncated);
  EXPECT_EQ(code({0x40, 200, 0, 0}), RtpErrc::kBadVersion);
  EXPECT_EQ(code({0xA0, 201, 0, 0}), RtpErrc::kBadPadding);              // nothing to pad
  EXPECT_EQ(code({0xA0, 201, 0, 1, 0, 0, 0, 8}), RtpErrc::kBadPadding);  // more than there is
  EXPECT_EQ(code({0xA0, 201, 0, 1, 0, 0, 0, 0}), RtpErrc::kBadPadding);
  EXPECT_TRUE(check_rtcp(Bytes{0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4}).ok());
}

TEST(Rtcp, RefusesKindsWhoseLengthsAreWrong) {
  const auto packet = [](RtcpType type, uint8_t format, const Bytes& body) { return RtcpPacket{type, format, body}; };
  const Bytes twelve(12), seven(7);
  EXPECT_EQ(parse_sender_report(packet(RtcpType::kSenderReport, 0, twelve)).error().code(), RtpErrc::kTruncated);
  EXPECT_EQ(parse_receiver_report(packet(RtcpType::kReceiverReport, 1, twelve)).error().code(), RtpErrc::kTruncated);
  EXPECT_EQ(parse_nack(packet(RtcpType::kTransportFeedback, 1, seven)).error().code(), RtpErrc::kTruncated);
  EXPECT_EQ(parse_nack(packet(RtcpType::kTransportFeedback, 1, Bytes(8))).error().code(), RtpErrc::kBadFeedback);
  EXPECT_EQ(parse_nack(packet(RtcpType::kPayloadFeedback, 1, twelve)).error().code(), RtpErrc::kWrongKind);
  EXPECT_EQ(parse_pli(packet(RtcpType::kPayloadFeedback, 1, twelve)).error().code(), RtpErrc::kBadFeedback);
  EXPECT_EQ(parse_fir(packet(RtcpType::kPayloadFeedback, 4, twelve)).error().code(), RtpErrc::kBadFeedback);
  EXPECT_EQ(parse_bye(packet(RtcpType::kBye, 2, seven)).error().code(), RtpErrc::kTruncated);
  EXPECT_EQ(parse_cname(packet(RtcpType::kDescription, 1, Bytes{0, 0, 0, 1, 1, 9, 'a', 'b'})).error().code(),
            RtpErrc::kTruncated);
}

// The statuses of feedback, arrival times as multiples of 250 µs; -1: lost.
std::vector<int64_t> statuses_of(const TransportFeedback& feedback) {
  std::vector<int64_t> result;
  TransportFeedbackWalk walk(feedback);
  uint16_t expected = feedback.base_sequence;
  while (const auto status = walk.next()) {
    EXPECT_EQ(status->sequence, expected++);
    result.push_back(status->arrival ? status->arrival->count() / 250 : -1);
  }
  return result;
}

Bytes feedback_packet(const Bytes& chunks_and_deltas, uint16_t count, uint32_t reference = 0) {
  return written([&](ByteWriter& out) {
    const size_t begin = begin_rtcp(out, RtcpType::kTransportFeedback, kFormatTransportWide);
    out.u32(1);
    out.u32(2);
    out.u16(100);
    out.u16(count);
    out.u24(reference);
    out.u8(0);
    out.bytes(chunks_and_deltas);
    end_rtcp(out, begin);
  });
}

// Examples of draft-holmer-rmcat-transport-wide-cc-extensions-01 sections 3.1.3 and 3.1.4.
TEST(TransportFeedback, ReadsARunLengthChunk) {
  const Bytes bytes = feedback_packet({0x00, 0xDD}, 221);  // "packet not received", 221 times
  const auto feedback = parse_transport_feedback(first_of(bytes));
  ASSERT_TRUE(feedback.ok());
  EXPECT_EQ(statuses_of(*feedback), std::vector<int64_t>(221, -1));
}

TEST(TransportFeedback, ReadsAOneBitVector) {  // 0 1 1 1 1 1 0 0 0 1 1 1 0 0
  const Bytes bytes = feedback_packet({0x9F, 0x1C, 1, 1, 1, 1, 1, 2, 2, 2}, 14);
  const auto feedback = parse_transport_feedback(first_of(bytes));
  ASSERT_TRUE(feedback.ok());
  EXPECT_EQ(statuses_of(*feedback), (std::vector<int64_t>{-1, 1, 2, 3, 4, 5, -1, -1, -1, 7, 9, 11, -1, -1}));
}

TEST(TransportFeedback, ReadsATwoBitVector) {  // lost, large, small, small, small, lost, lost
  const Bytes bytes = feedback_packet({0xC9, 0x50, 0xFF, 0xFE, 1, 1, 1}, 7, 1);
  const auto feedback = parse_transport_feedback(first_of(bytes));
  ASSERT_TRUE(feedback.ok());
  EXPECT_EQ(statuses_of(*feedback), (std::vector<int64_t>{-1, 254, 255, 256, 257, -1, -1}));
}

// As Chromium sends it: padded by less than four bytes, with the padding bit. Most of its feedback was refused for
// that.
TEST(TransportFeedback, ReadsWhatABrowserPaddedByLessThanAWord) {
  const Bytes bytes = {0xAF, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 100, 0, 1, 0, 0, 1, 7, 0x20, 1, 8, 1};
  ASSERT_TRUE(check_rtcp(bytes).ok());
  const auto feedback = parse_transport_feedback(first_of(bytes));
  ASSERT_TRUE(feedback.ok());
  EXPECT_EQ(statuses_of(*feedback), std::vector<int64_t>{256 + 8});
}

TEST(TransportFeedback, RefusesWhatDoesNotAddUp) {
  const auto is_refused = [](const Bytes& rest, uint16_t count) {
    return !parse_transport_feedback(first_of(feedback_packet(rest, count))).ok();
  };
  EXPECT_TRUE(is_refused({}, 0));
  EXPECT_TRUE(is_refused({}, 1));                  // no chunk
  EXPECT_TRUE(is_refused({0x00, 0x00}, 1));        // an empty run, twice with the padding
  EXPECT_TRUE(is_refused({0x60, 0x01, 0, 0}, 1));  // a reserved symbol
  EXPECT_TRUE(is_refused({0xF0, 0x00, 0, 0}, 7));  // the same in a vector
  EXPECT_TRUE(is_refused({0x20, 0x05, 1, 1}, 5));  // five deltas, two there
  EXPECT_TRUE(is_refused({0x1F, 0xFF}, 0xFFFF));   // counts more than it has chunks for
  EXPECT_FALSE(is_refused({0x20, 0x02, 1, 1}, 2));
  EXPECT_FALSE(is_refused({0x20, 0x09, 1, 1}, 2));  // a run that goes on beyond the count
}

TEST(TransportFeedback, IsReadBackWhateverArrived) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::optional<ArrivalTime>> arrivals;
    std::vector<int64_t> expected;
    const unsigned loss = random() % 4, spread = 1u << random() % 15;
    int64_t steps = 256 * static_cast<int64_t>(random() % 1000);
    const size_t count = 1 + random() % 300;
    for (size_t i = 0; i < count; ++i) {
      steps += static_cast<int64_t>(random() % spread) - (random() % 8 == 0 ? static_cast<int64_t>(spread / 3) : 0);
      if (steps < 0) steps = 0;
      const bool lost = i > 0 && random() % 4 < loss;
      arrivals.push_back(lost ? std::nullopt : std::optional<ArrivalTime>(microseconds(250 * steps)));
      expected.push_back(lost ? -1 : steps);
    }
    size_t taken = 0;
    TransportFeedback head;
    head.base_sequence = 65500;
    const size_t room = 40 + random() % 1200;
    const Bytes bytes = written([&](ByteWriter& out) { taken = write_transport_feedback(out, head, arrivals); }, room);
    ASSERT_GT(taken, 0u);
    const auto feedback = parse_transport_feedback(first_of(bytes));
    ASSERT_TRUE(feedback.ok());
    EXPECT_EQ(feedback->base_sequence, 65500);
    expected.resize(taken);
    ASSERT_EQ(statuses_of(*feedback), expected);
  }
}

}  // namespace
}  // namespace sdr::rtc
