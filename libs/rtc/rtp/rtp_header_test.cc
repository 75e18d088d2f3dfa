// SPDX-License-Identifier: Apache-2.0
#include "rtc/rtp/rtp_header.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "rtc/rtp/extensions.h"
#include "rtc/rtp/media_time.h"
#include "rtc/rtp/sequence.h"

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr RtpHeader kHeader{true, 102, 0xABCD, 0x01020304, 0xA1B2C3D4};

Bytes written(const RtpHeader& header, const ExtensionIds& ids, const Extensions& values,
              HeaderLayout* layout = nullptr) {
  Bytes bytes(kMaxHeaderBytes);
  ByteWriter writer(bytes);
  const HeaderLayout found = write_header(writer, header, ids, values);
  if (layout != nullptr) *layout = found;
  bytes.resize(found.bytes);
  return bytes;
}

TEST(RtpHeader, HasTheBytesOfRfc3550) {
  EXPECT_EQ(written(kHeader, {}, {}), (Bytes{0x80, 0x80 | 102, 0xAB, 0xCD, 1, 2, 3, 4, 0xA1, 0xB2, 0xC3, 0xD4}));
}

TEST(RtpHeader, IsReadBack) {
  Bytes packet = written(kHeader, {}, {});
  packet.insert(packet.end(), {9, 8, 7});
  const auto parsed = parse_rtp(packet);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->header, kHeader);
  EXPECT_EQ(parsed->header_bytes, 12u);
  EXPECT_EQ(Bytes(parsed->payload.begin(), parsed->payload.end()), (Bytes{9, 8, 7}));
}

TEST(RtpHeader, SkipsContributingSourcesAndPadding) {
  const Bytes packet{0xA2, 102, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 1, 1, 1, 2, 2, 2, 2, 42, 43, 0, 0, 3};
  const auto parsed = parse_rtp(packet);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(Bytes(parsed->payload.begin(), parsed->payload.end()), (Bytes{42, 43}));
  EXPECT_EQ(parsed->padding_bytes, 3u);
}

TEST(RtpHeader, RefusesWhatIsNone) {
  const auto code = [](const Bytes& packet) { return parse_rtp(packet).error().code(); };
  const Bytes whole = written(kHeader, {}, {});
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(code(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), RtpErrc::kTruncated);
  Bytes wrong = whole;
  wrong[0] = 0x40;
  EXPECT_EQ(code(wrong), RtpErrc::kBadVersion);
  wrong[0] = 0xA0;
  EXPECT_EQ(code(wrong), RtpErrc::kBadPadding);
  wrong.push_back(2);  // more padding than payload
  EXPECT_EQ(code(wrong), RtpErrc::kBadPadding);
  wrong = whole;
  wrong[0] = 0x90;
  wrong.insert(wrong.end(), {0xBE, 0xDE, 0, 2, 0, 0, 0, 0});
  EXPECT_EQ(code(wrong), RtpErrc::kTruncated);
}

TEST(RtpHeader, TellsControlPacketsApart) {
  EXPECT_TRUE(is_rtcp(Bytes{0x80, 200}));
  EXPECT_TRUE(is_rtcp(Bytes{0x81, 206}));
  EXPECT_FALSE(is_rtcp(Bytes{0x80, 102}));
  EXPECT_FALSE(is_rtcp(Bytes{0x80, 0x80 | 102}));
  EXPECT_FALSE(is_rtcp(Bytes{0x80}));
}

Extensions all_values() {
  Extensions values;
  values.mid = "v0";
  values.transport_sequence = 0x1234;
  values.playout_delay = PlayoutDelay{0, 1};
  values.capture_ntp = 0x0102030405060708;
  return values;
}

TEST(HeaderExtensions, HaveTheOneByteFormOfRfc8285) {
  HeaderLayout layout;
  const Bytes packet = written(kHeader, {4, 3, 5, 6}, all_values(), &layout);
  const Bytes expected{0xBE, 0xDE, 0, 5, 0x31, 0x12, 0x34, 0x52, 0,    0,   1,   0x67,
                       1,    2,    3, 4, 5,    6,    7,    8,    0x41, 'v', '0', 0};
  EXPECT_EQ(Bytes(packet.begin() + 12, packet.end()), expected);
  EXPECT_EQ(packet[layout.transport_sequence_at], 0x12);
  EXPECT_EQ(packet.size() % 4, 0u);
}

TEST(HeaderExtensions, AreReadBackInBothForms) {
  for (const ExtensionIds ids : {ExtensionIds{4, 3, 5, 6}, ExtensionIds{15, 3, 200, 6}, ExtensionIds{1, 14, 2, 255}}) {
    const Bytes packet = written(kHeader, ids, all_values());
    const auto parsed = parse_rtp(packet);
    ASSERT_TRUE(parsed.ok());
    const auto values = parse_extensions(*parsed, ids);
    ASSERT_TRUE(values.ok());
    EXPECT_EQ(values->mid, "v0");
    EXPECT_EQ(values->transport_sequence, 0x1234);
    EXPECT_EQ(values->playout_delay, (PlayoutDelay{0, 1}));
    EXPECT_EQ(values->capture_ntp, 0x0102030405060708u);
  }
}

TEST(HeaderExtensions, AreLeftOutUnlessNegotiated) {
  HeaderLayout layout;
  EXPECT_EQ(written(kHeader, {}, all_values(), &layout).size(), kRtpHeaderBytes);
  EXPECT_EQ(layout.transport_sequence_at, 0u);
  EXPECT_EQ(written(kHeader, {0, 3, 0, 0}, all_values(), &layout).size(), kRtpHeaderBytes + 8);
}

TEST(HeaderExtensions, FitIntoTheLongestHeader) {
  auto values = all_values();
  const std::string mid(kMaxMidBytes, 'm');
  values.mid = mid;
  EXPECT_LE(written(kHeader, {255, 254, 253, 252}, values).size(), kMaxHeaderBytes);
}

// RFC 8285 section 4.2: an id of 15 ends the block, zeros between elements mean nothing.
TEST(HeaderExtensions, StopAtFifteenAndSkipPadding) {
  RtpPacket packet;
  packet.extension_profile = 0xBEDE;
  const Bytes block{0, 0, 0x31, 0, 7, 0xF0, 0x52, 0};
  packet.extension = block;
  const auto values = parse_extensions(packet, {4, 3, 5, 6});
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(values->transport_sequence, 7);
  EXPECT_FALSE(values->playout_delay);
}

TEST(HeaderExtensions, RefuseElementsThatLeaveTheBlockOrHaveAWrongLength) {
  const auto is_refused = [](uint16_t profile, const Bytes& block) {
    RtpPacket packet;
    packet.extension_profile = profile;
    packet.extension = block;
    return !parse_extensions(packet, {4, 3, 5, 6}).ok();
  };
  EXPECT_TRUE(is_refused(0xBEDE, {0x32, 0, 7}));
  EXPECT_TRUE(is_refused(0xBEDE, {0x30, 0, 0, 0}));  // a sequence number of one byte
  EXPECT_TRUE(is_refused(0xBEDE, {0x51, 0, 0, 0}));  // a playout delay of two
  EXPECT_TRUE(is_refused(0x1000, {3}));
  EXPECT_TRUE(is_refused(0x1000, {3, 9, 0, 0}));
  EXPECT_FALSE(is_refused(0x1234, {1, 2, 3, 4}));  // of another kind: none of our business
}

TEST(MediaTime, GoesFromRealTimeToNtpAndBack) {
  EXPECT_EQ(ntp_of_realtime_us(0) >> 32, kNtpEpochOffsetSeconds);
  EXPECT_EQ(ntp_of_realtime_us(500'000) & 0xFFFF'FFFF, 0x8000'0000u);
  for (const uint64_t us : {uint64_t{1}, uint64_t{999'999}, uint64_t{1'700'000'000'123'457}})
    EXPECT_EQ(realtime_us_of_ntp(ntp_of_realtime_us(us)), us);
}

TEST(MediaTime, ExtendsTheRingsThirtyTwoBits) {
  const uint64_t now = 1'700'000'000'000'000;
  for (const int64_t back : {0, 20'000, 2'000'000'000, -5'000}) {
    const uint64_t captured = now - static_cast<uint64_t>(back);
    EXPECT_EQ(extend_capture_us(static_cast<uint32_t>(captured), now), captured);
  }
}

TEST(MediaTime, TicksNinetyTimesAMillisecond) {
  EXPECT_EQ(media_time_of_us(1'000'000), 90'000u);
  EXPECT_EQ(media_time_of_us(1'700'000'000'016'667) - media_time_of_us(1'700'000'000'000'000), 1500u);
}

TEST(Sequence, WrapsAround) {
  EXPECT_TRUE(is_newer(0, 65535));
  EXPECT_TRUE(is_newer(100, 65000));
  EXPECT_FALSE(is_newer(65535, 0));
  EXPECT_FALSE(is_newer(5, 5));
  SequenceUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap(65534), 65534);
  EXPECT_EQ(unwrapper.unwrap(1), 65537);
  EXPECT_EQ(unwrapper.unwrap(65535), 65535);
  EXPECT_EQ(unwrapper.unwrap(2), 65538);
  EXPECT_EQ(unwrapper.newest(), 65538);
}

}  // namespace
}  // namespace sdr::rtc
