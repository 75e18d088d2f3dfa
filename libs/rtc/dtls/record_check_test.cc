// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/record_check.h"

#include <gtest/gtest.h>

#include <vector>

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;

void put(Bytes& bytes, size_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(value >> shift));
}

Bytes record(uint8_t type, size_t epoch, const Bytes& body, size_t version = 0xFEFD) {
  Bytes bytes = {type};
  put(bytes, version, 2);
  put(bytes, epoch, 2);
  put(bytes, 7, 6);
  put(bytes, body.size(), 2);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

Bytes fragment(size_t length, size_t offset, size_t bytes) {
  Bytes message = {11};
  put(message, length, 3);
  put(message, 1, 2);
  put(message, offset, 3);
  put(message, bytes, 3);
  message.resize(message.size() + bytes);
  return message;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(CheckRecords, CountsRecordsAndThoseThatAreEncrypted) {
  const Bytes datagram = joined({record(22, 0, fragment(500, 0, 100)), record(20, 0, {1}), record(22, 1, Bytes(40)),
                                 record(23, 1, Bytes(30)), record(21, 0, {2, 40}, 0xFEFF)});
  const auto count = check_records(datagram);
  ASSERT_TRUE(count);
  EXPECT_EQ(count->records, 5u);
  EXPECT_EQ(count->encrypted, 2u);
}

TEST(CheckRecords, RefusesEveryPieceOfADatagram) {
  const Bytes datagram = joined({record(22, 0, fragment(500, 0, 100)), record(23, 1, Bytes(30))});
  const size_t first = 13 + 12 + 100;
  for (size_t bytes = 0; bytes < datagram.size(); ++bytes) {
    EXPECT_EQ(check_records(std::span(datagram).first(bytes)).has_value(), bytes == first) << bytes;
  }
}

TEST(CheckRecords, RefusesWhatIsNoRecordOfThisProtocol) {
  EXPECT_FALSE(check_records(record(19, 0, {1})));
  EXPECT_FALSE(check_records(record(24, 0, {1}))) << "heartbeats";
  EXPECT_FALSE(check_records(record(25, 0, {1}))) << "connection ids";
  EXPECT_FALSE(check_records(record(20, 0, {1}, 0x0303))) << "TLS";
  EXPECT_FALSE(check_records(record(20, 0, {}))) << "an empty record";
  EXPECT_FALSE(check_records(record(23, 1, Bytes(kDtlsDatagramMax))));
}

TEST(CheckRecords, RefusesHandshakeFragmentsThatContradictThemselves) {
  EXPECT_TRUE(check_records(record(22, 0, joined({fragment(50, 0, 50), fragment(0, 0, 0), fragment(90, 40, 50)}))));
  EXPECT_FALSE(check_records(record(22, 0, fragment(50, 0, 51))));
  EXPECT_FALSE(check_records(record(22, 0, fragment(50, 30, 21))));
  EXPECT_FALSE(check_records(record(22, 0, fragment(kDtlsHandshakeMessageMax + 1, 0, 10))));
  Bytes cut = fragment(50, 0, 50);
  cut.pop_back();
  EXPECT_FALSE(check_records(record(22, 0, cut)));
  EXPECT_FALSE(check_records(record(22, 0, {1, 0, 0})));
  EXPECT_TRUE(check_records(record(22, 1, {1, 0, 0}))) << "encrypted, so nobody can look into it";
}

}  // namespace
}  // namespace sdr::rtc
