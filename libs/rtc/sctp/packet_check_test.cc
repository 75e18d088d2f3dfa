// SPDX-License-Identifier: Apache-2.0
#include "rtc/sctp/packet_check.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>
#include <vector>

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes header(uint32_t tag, uint16_t source = kSctpPort, uint16_t destination = kSctpPort) {
  Bytes out;
  for (const uint16_t port : {source, destination}) {
    out.push_back(static_cast<uint8_t>(port >> 8));
    out.push_back(static_cast<uint8_t>(port));
  }
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(tag >> shift));
  out.resize(12);  // the checksum is not looked at
  return out;
}

Bytes chunk(uint8_t type, Bytes value) {
  const size_t length = value.size() + 4;
  Bytes out = {type, 0, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
  out.insert(out.end(), value.begin(), value.end());
  out.resize((length + 3) / 4 * 4);
  return out;
}

Bytes packet(uint32_t tag, std::initializer_list<Bytes> chunks) {
  Bytes out = header(tag);
  for (const Bytes& one : chunks) out.insert(out.end(), one.begin(), one.end());
  return out;
}

Bytes init(Bytes parameters = {}) {
  Bytes value(16);
  value[3] = 9;  // the initiate tag
  value.insert(value.end(), parameters.begin(), parameters.end());
  return chunk(1, value);
}

const Bytes kData = chunk(0, Bytes(13)), kSack = chunk(3, Bytes(12));

TEST(PacketCheck, LetsThroughWhatBrowsersSend) {
  EXPECT_EQ(check_sctp_packet(packet(0, {init({0x80, 0x08, 0, 6, 130, 192, 0, 0, 0xc0, 0, 0, 4})})), PacketVerdict::ok);
  EXPECT_EQ(check_sctp_packet(packet(7, {kSack, kData, kData})), PacketVerdict::ok);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(10, Bytes(100)), kData})), PacketVerdict::ok);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(130, {0, 13, 0, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4})})),
            PacketVerdict::ok);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(192, Bytes(8))})), PacketVerdict::ok);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(14, {})})), PacketVerdict::ok);
}

TEST(PacketCheck, TakesALastChunkWithoutItsPadding) {
  Bytes bytes = packet(7, {kData});
  bytes.resize(12 + 17);
  EXPECT_EQ(check_sctp_packet(bytes), PacketVerdict::ok);
}

TEST(PacketCheck, RefusesSizes) {
  EXPECT_EQ(check_sctp_packet({}), PacketVerdict::size);
  EXPECT_EQ(check_sctp_packet(header(7)), PacketVerdict::size);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(0, Bytes(1500))})), PacketVerdict::size);
}

TEST(PacketCheck, RefusesASecondAssociation) {
  for (const auto& [source, destination] : {std::pair<uint16_t, uint16_t>{5001, 5000}, {5000, 5001}, {5000, 0}}) {
    Bytes bytes = header(7, source, destination);
    bytes.insert(bytes.end(), kData.begin(), kData.end());
    EXPECT_EQ(check_sctp_packet(bytes), PacketVerdict::port);
  }
}

TEST(PacketCheck, RefusesLengthsThatLie) {
  const Bytes good = packet(7, {kSack, kData});
  for (size_t size = 16; size < good.size(); ++size) {
    const auto verdict = check_sctp_packet(std::span(good).first(size));
    const bool may_be = size == 12 + 16 || size >= 12 + 16 + 17;  // after the SACK, and without the last padding
    EXPECT_EQ(verdict, may_be ? PacketVerdict::ok : PacketVerdict::chunk) << size;
  }
  Bytes zero = packet(7, {kData});
  zero[15] = 0;
  EXPECT_EQ(check_sctp_packet(zero), PacketVerdict::chunk);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(0, Bytes(12))})), PacketVerdict::chunk);  // no user data
  Bytes sack = packet(7, {kSack});
  sack[12 + 13] = 1;  // a gap block that is not there
  EXPECT_EQ(check_sctp_packet(sack), PacketVerdict::chunk);
  EXPECT_EQ(check_sctp_packet(packet(0, {init({0x80, 0x08, 0, 3})})), PacketVerdict::chunk);
  EXPECT_EQ(check_sctp_packet(packet(0, {init({0x80, 0x08, 0, 9, 1})})), PacketVerdict::chunk);
}

TEST(PacketCheck, RefusesAnInitThatNamesNoTag) {
  EXPECT_EQ(check_sctp_packet(packet(0, {chunk(1, Bytes(16))})), PacketVerdict::chunk);
  EXPECT_EQ(check_sctp_packet(packet(7, {chunk(2, Bytes(16))})), PacketVerdict::chunk);
}

TEST(PacketCheck, RefusesKindsThatDataChannelsDoNotUse) {
  for (const int type : {12, 13, 15, 63, 64, 128, 129, 132, 193, 194, 255}) {
    EXPECT_EQ(check_sctp_packet(packet(7, {kData, chunk(static_cast<uint8_t>(type), Bytes(16))})), PacketVerdict::kind)
        << type;
  }
}

TEST(PacketCheck, RefusesAddresses) {
  EXPECT_EQ(check_sctp_packet(packet(0, {init({0, 5, 0, 8, 10, 0, 0, 1})})), PacketVerdict::address);
  Bytes six = {0, 6, 0, 20};
  six.resize(20);
  EXPECT_EQ(check_sctp_packet(packet(0, {init(six)})), PacketVerdict::address);
}

TEST(PacketCheck, CountsWhatMayBeLeftToRead) {
  EXPECT_EQ(count_deliveries(packet(7, {kSack, kData, kData, chunk(130, Bytes(16))})), 3u);
  EXPECT_EQ(count_deliveries(packet(7, {kSack})), 0u);
}

TEST(PacketCheck, CountsEachSentMessageOnce) {
  const auto data = [](uint8_t number, uint8_t flags) {
    Bytes out = kData;
    out[1] = flags;
    out[7] = number;
    return out;
  };
  std::optional<uint32_t> newest;
  EXPECT_EQ(count_first_sent(packet(7, {kSack, data(1, 3), data(2, 2)}), newest), 1u);  // the second is a beginning
  EXPECT_EQ(count_first_sent(packet(7, {data(1, 3), data(2, 2)}), newest), 0u);         // again
  EXPECT_EQ(count_first_sent(packet(7, {data(3, 1), data(4, 7)}), newest), 2u);
}

TEST(PacketCheck, FindsNumbersOfAcknowledgementsAndResets) {
  Bytes sack = kSack;
  sack[7] = 42;
  const Bytes reset = chunk(130, {0, 13, 0, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4});
  const Bytes answer = chunk(130, {0, 16, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1});
  EXPECT_EQ(acknowledged_by(packet(7, {sack, kData})), 42u);
  EXPECT_EQ(acknowledged_by(packet(7, {kData})), std::nullopt);
  EXPECT_EQ(last_before_reset(packet(7, {kData, reset})), 3u);
  EXPECT_EQ(last_before_reset(packet(7, {answer})), std::nullopt);
}

TEST(PacketCheck, RefusesAnInitInCompany) {
  EXPECT_EQ(check_sctp_packet(packet(0, {init(), kData})), PacketVerdict::bundle);
  EXPECT_EQ(check_sctp_packet(packet(7, {kData, chunk(14, {})})), PacketVerdict::bundle);
  EXPECT_EQ(check_sctp_packet(packet(7, {init()})), PacketVerdict::bundle);
  EXPECT_EQ(check_sctp_packet(packet(0, {kData})), PacketVerdict::bundle);
}

}  // namespace
}  // namespace sdr::rtc
