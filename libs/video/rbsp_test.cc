// SPDX-License-Identifier: Apache-2.0
#include "video/rbsp.h"

#include <gtest/gtest.h>

#include <random>

namespace sdr::video {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes escaped(const Bytes& bytes) {
  Bytes out;
  append_with_emulation_prevention(bytes, out);
  return out;
}

TEST(EmulationPrevention, BreaksUpWhatLooksLikeAStartCode) {
  EXPECT_EQ(escaped({0, 0, 1}), (Bytes{0, 0, 3, 1}));
  EXPECT_EQ(escaped({0, 0, 0, 0, 0, 2}), (Bytes{0, 0, 3, 0, 0, 3, 0, 2}));
  EXPECT_EQ(escaped({0, 0, 3}), (Bytes{0, 0, 3, 3}));
  EXPECT_EQ(escaped({0, 0, 4, 0, 1}), (Bytes{0, 0, 4, 0, 1}));
}

TEST(EmulationPrevention, GivesBackWhatWentIn) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes(random() % 40);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() % 5);
    const Bytes out = escaped(bytes);
    EXPECT_EQ(without_emulation_prevention(out), bytes);
    for (size_t i = 2; i < out.size(); ++i) EXPECT_FALSE(out[i - 2] == 0 && out[i - 1] == 0 && out[i] < 3);
  }
}

TEST(BitReader, ReadsWhatBitWriterWrote) {
  BitWriter writer;
  writer.bits(0b101, 3);
  for (const uint32_t value : {0u, 1u, 2u, 7u, 255u, 65535u, UINT32_MAX - 1}) writer.ue(value);
  writer.bits(0xDEADBEEF, 32);
  writer.finish();
  BitReader reader(writer.bytes());
  EXPECT_EQ(reader.bits(3), 0b101u);
  for (const uint32_t value : {0u, 1u, 2u, 7u, 255u, 65535u, UINT32_MAX - 1}) EXPECT_EQ(reader.ue(), value);
  EXPECT_EQ(reader.bits(32), 0xDEADBEEFu);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.position(), stop_bit_position(writer.bytes()));
}

TEST(BitReader, FailsForGoodAtTheEnd) {
  const Bytes bytes{0xFF};
  BitReader reader(bytes);
  EXPECT_EQ(reader.bits(5), 31u);
  EXPECT_EQ(reader.bits(4), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.bits(1), 0u);
  EXPECT_EQ(reader.ue(), 0u);
}

TEST(BitReader, RefusesNumbersOfMoreThan32Bits) {
  const Bytes zeros(16, 0);
  BitReader reader(zeros);
  EXPECT_EQ(reader.ue(), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(StopBit, IsTheLastOneBit) {
  EXPECT_EQ(stop_bit_position(Bytes{0x80}), 0u);
  EXPECT_EQ(stop_bit_position(Bytes{0xFF, 0x01, 0}), 15u);
  EXPECT_EQ(stop_bit_position(Bytes{0, 0}), SIZE_MAX);
}

}  // namespace
}  // namespace sdr::video
