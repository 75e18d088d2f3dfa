// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/stun.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "rtc/ice/errc.h"
#include "rtc/ice/stun_writer.h"

// The messages of RFC 5769 2.1 to 2.4, byte for byte, and what may be wrong with a message.

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
constexpr StunTransaction kTransaction = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

const Bytes kSampleRequest = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87,
    0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
    0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f,
    0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
    0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e,
    0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf};

const Bytes kSampleIpv4Response = {0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                   0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
                                   0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
                                   0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
                                   0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
                                   0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96};

const Bytes kSampleIpv6Response = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
    0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
    0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe,
    0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c,
    0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c};

const Bytes kSampleLongTermRequest = {
    0x00, 0x01, 0x00, 0x60, 0x21, 0x12, 0xa4, 0x42, 0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29,
    0xda, 0x41, 0x2e, 0x00, 0x06, 0x00, 0x12, 0xe3, 0x83, 0x9e, 0xe3, 0x83, 0x88, 0xe3, 0x83, 0xaa, 0xe3,
    0x83, 0x83, 0xe3, 0x82, 0xaf, 0xe3, 0x82, 0xb9, 0x00, 0x00, 0x00, 0x15, 0x00, 0x1c, 0x66, 0x2f, 0x2f,
    0x34, 0x39, 0x39, 0x6b, 0x39, 0x35, 0x34, 0x64, 0x36, 0x4f, 0x4c, 0x33, 0x34, 0x6f, 0x4c, 0x39, 0x46,
    0x53, 0x54, 0x76, 0x79, 0x36, 0x34, 0x73, 0x41, 0x00, 0x14, 0x00, 0x0b, 0x65, 0x78, 0x61, 0x6d, 0x70,
    0x6c, 0x65, 0x2e, 0x6f, 0x72, 0x67, 0x00, 0x00, 0x08, 0x00, 0x14, 0xf6, 0x70, 0x24, 0x65, 0x6d, 0xd6,
    0x4a, 0x3e, 0x02, 0xb8, 0xe0, 0x71, 0x2e, 0x85, 0xc9, 0xa2, 0x8c, 0xa8, 0x96, 0x66};

std::error_code refusal(const Bytes& bytes) {
  const auto message = parse_stun(bytes);
  return message ? std::error_code() : message.error().code();
}

TEST(Stun, ReadsTheSampleRequest) {
  const auto message = parse_stun(kSampleRequest);
  ASSERT_TRUE(message.ok());
  EXPECT_TRUE(message->is_binding_request());
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->priority, 0x6e0001ffu);
  EXPECT_EQ(message->controlled, 0x932ff9b151263b36u);
  EXPECT_FALSE(message->controlling || message->use_candidate);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_EQ(message->unknown_count, 0u);
  EXPECT_TRUE(has_valid_integrity(*message, kPassword));
  EXPECT_FALSE(has_valid_integrity(*message, "VOkJxbRl1RmTxUk/WvJxBu"));
}

TEST(Stun, ReadsTheSampleResponses) {
  for (const auto& [bytes, address] :
       {std::pair(kSampleIpv4Response, "192.0.2.1:32853"),
        std::pair(kSampleIpv6Response, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")}) {
    const auto message = parse_stun(bytes);
    ASSERT_TRUE(message.ok());
    EXPECT_EQ(message->message_class, StunClass::kSuccess);
    ASSERT_TRUE(message->mapped_address.has_value());
    EXPECT_EQ(message->mapped_address->to_string(), address);
    EXPECT_TRUE(has_valid_integrity(*message, kPassword));
  }
}

TEST(Stun, ReadsTheSampleRequestWithLongTermCredentials) {
  const auto message = parse_stun(kSampleLongTermRequest);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->username, "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9");
  EXPECT_FALSE(message->has_fingerprint);
  // The key is the MD5 of name, realm and password (RFC 8489 9.2.2).
  constexpr std::array<unsigned char, 16> kKey = {0xe8, 0xca, 0x7a, 0xd5, 0x9d, 0x5e, 0xb0, 0x51,
                                                  0x8e, 0x31, 0x29, 0x11, 0xd2, 0xda, 0xb2, 0xa9};
  EXPECT_TRUE(has_valid_integrity(*message, {reinterpret_cast<const char*>(kKey.data()), kKey.size()}));
}

TEST(Stun, AnyChangedByteIsFoundOut) {
  for (size_t i = 0; i < kSampleRequest.size(); ++i) {
    Bytes changed = kSampleRequest;
    changed[i] ^= 0x20;
    const auto message = parse_stun(changed);
    EXPECT_FALSE(message.ok() && has_valid_integrity(*message, kPassword) && message->has_fingerprint) << i;
  }
}

TEST(Stun, RefusesEachTruncation) {
  for (size_t size = 0; size < kSampleRequest.size(); ++size) {
    EXPECT_EQ(refusal(Bytes(kSampleRequest.begin(), kSampleRequest.begin() + static_cast<long>(size))),
              IceErrc::kNotStun);
  }
  Bytes longer = kSampleRequest;
  longer.insert(longer.end(), 4, 0);
  EXPECT_EQ(refusal(longer), IceErrc::kNotStun);
}

TEST(Stun, RefusesOtherProtocols) {
  Bytes dtls(64, 0);
  dtls[0] = 22;
  Bytes rtp(64, 0);
  rtp[0] = 0x80;
  Bytes no_cookie = kSampleRequest;
  no_cookie[4] = 0;
  for (const Bytes& bytes : {dtls, rtp, no_cookie, Bytes()}) {
    EXPECT_FALSE(looks_like_stun(bytes));
    EXPECT_EQ(refusal(bytes), IceErrc::kNotStun);
  }
}

/// A binding request with these bytes as its attributes.
Bytes with_attributes(const Bytes& attributes) {
  Bytes bytes = kSampleRequest;
  bytes.resize(kStunHeaderBytes + attributes.size());
  bytes[2] = static_cast<uint8_t>(attributes.size() >> 8);
  bytes[3] = static_cast<uint8_t>(attributes.size());
  std::copy(attributes.begin(), attributes.end(), bytes.begin() + kStunHeaderBytes);
  return bytes;
}

TEST(Stun, RefusesAttributesWithWrongSizes) {
  const std::vector<Bytes> wrong = {
      {0, 6, 0, 9, 'a', 'b', 'c', 'd'},         // runs over the end
      {0, 6, 0, 5, 'a', 'b', 'c', 'd'},         // so does its padding
      {0, 0x24, 0, 3, 1, 2, 3, 0},              // PRIORITY
      {0, 0x25, 0, 4, 1, 2, 3, 4},              // USE-CANDIDATE
      {0x80, 0x29, 0, 4, 1, 2, 3, 4},           // ICE-CONTROLLED
      {0x80, 0x2a, 0, 4, 1, 2, 3, 4},           // ICE-CONTROLLING
      {0, 0x20, 0, 4, 0, 1, 0, 1},              // XOR-MAPPED-ADDRESS without one
      {0, 0x20, 0, 8, 0, 2, 0, 1, 1, 2, 3, 4},  // of the other family
      {0, 0x20, 0, 8, 0, 3, 0, 1, 1, 2, 3, 4},  // of no family
      {0, 9, 0, 4, 0, 0, 2, 0},                 // ERROR-CODE 200
      {0, 9, 0, 4, 0, 0, 4, 100},               // ERROR-CODE 4 and 100
      {0, 8, 0, 4, 1, 2, 3, 4},                 // MESSAGE-INTEGRITY
  };
  for (const Bytes& attributes : wrong) EXPECT_EQ(refusal(with_attributes(attributes)), IceErrc::kBadAttribute);
  Bytes long_name = {0, 6, 2, 4};
  long_name.insert(long_name.end(), 516, 'x');
  EXPECT_EQ(refusal(with_attributes(long_name)), IceErrc::kBadAttribute);
}

TEST(Stun, RefusesAFingerprintThatIsWrongOrNotTheLast) {
  Bytes changed = kSampleRequest;
  changed.back() ^= 1;
  EXPECT_EQ(refusal(changed), IceErrc::kBadFingerprint);
  Bytes followed = kSampleRequest;
  followed.insert(followed.end(), {0x80, 0x22, 0, 0});
  followed[3] = static_cast<uint8_t>(followed[3] + 4);
  EXPECT_EQ(refusal(followed), IceErrc::kBadFingerprint);
}

TEST(Stun, TellsWhatItDoesNotUnderstandAndMust) {
  const auto message = parse_stun(with_attributes({0x7f, 1, 0, 0, 0xc0, 1, 0, 0, 0, 3, 0, 1, 9, 9, 9, 9}));
  ASSERT_TRUE(message.ok());
  ASSERT_EQ(message->unknown_count, 2u);  // 0xc001 may be left aside
  EXPECT_EQ(message->unknown[0], 0x7f01);
  EXPECT_EQ(message->unknown[1], 0x0003);
}

TEST(Stun, TakesTheFirstOfTwoAndNothingBehindTheIntegrity) {
  std::array<uint8_t, 256> out;
  StunWriter writer(out, StunClass::kRequest, kStunBinding, kTransaction);
  writer.add_text(StunAttribute::kUsername, "ours:theirs");
  writer.add_text(StunAttribute::kUsername, "other");
  writer.add_integrity(kPassword);
  writer.add_flag(StunAttribute::kUseCandidate);
  writer.add_bytes(static_cast<StunAttribute>(0x7000), {});
  writer.add_fingerprint();
  const auto bytes = writer.finish();
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->username, "ours:theirs");
  EXPECT_FALSE(message->use_candidate);
  EXPECT_EQ(message->unknown_count, 0u);
  EXPECT_TRUE(has_valid_integrity(*message, kPassword));
}

TEST(StunWriter, WritesWhatTheParserReads) {
  std::array<uint8_t, 512> out;
  StunWriter writer(out, StunClass::kError, 0xABC, kTransaction);
  writer.add_text(StunAttribute::kUsername, "a:b");
  writer.add_u32(StunAttribute::kPriority, 0x12345678);
  writer.add_u64(StunAttribute::kIceControlling, 0x123456789abcdef0);
  writer.add_flag(StunAttribute::kUseCandidate);
  writer.add_xor_mapped_address(*Address::parse("[2001:db8::7]:4444"));
  writer.add_error(487, "Role Conflict");
  writer.add_unknown_attributes(std::array<uint16_t, 1>{3});
  writer.add_integrity("secret");
  writer.add_fingerprint();
  const auto message = parse_stun(writer.finish());
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->message_class, StunClass::kError);
  EXPECT_EQ(message->method, 0xABC);
  EXPECT_EQ(message->username, "a:b");
  EXPECT_EQ(message->priority, 0x12345678u);
  EXPECT_EQ(message->controlling, 0x123456789abcdef0u);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_EQ(message->mapped_address->to_string(), "[2001:db8::7]:4444");
  ASSERT_TRUE(message->error.has_value());
  EXPECT_EQ(message->error->code, 487);
  EXPECT_EQ(message->error->reason, "Role Conflict");
  EXPECT_TRUE(has_valid_integrity(*message, "secret"));
}

TEST(StunWriter, MakesTheSampleResponseApartFromItsPadding) {
  // RFC 5769 pads with spaces, which RFC 8489 no longer allows; without the padded attribute the rest is the same.
  std::array<uint8_t, 128> out;
  StunWriter writer(out, StunClass::kSuccess, kStunBinding, kTransaction);
  writer.add_xor_mapped_address(*Address::parse("192.0.2.1:32853"));
  const auto bytes = writer.finish();
  EXPECT_TRUE(std::equal(bytes.begin() + 20, bytes.end(), kSampleIpv4Response.begin() + 36));
  EXPECT_EQ(bytes.size(), 32u);
}

TEST(StunWriter, IsEmptyWhereTheMemoryIsTooSmall) {
  std::array<uint8_t, 256> out;
  for (size_t size = 0; size < 64; ++size) {
    StunWriter writer(std::span<uint8_t>(out).first(size), StunClass::kSuccess, kStunBinding, kTransaction);
    writer.add_xor_mapped_address(*Address::parse("192.0.2.1:32853"));
    writer.add_integrity(kPassword);
    writer.add_fingerprint();
    EXPECT_TRUE(writer.finish().empty()) << size;
  }
}

}  // namespace
}  // namespace sdr::rtc
