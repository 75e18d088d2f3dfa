// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/tcp_framing.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/testing/allocations.h"

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;

void append_frame(Bytes& stream, const Bytes& frame) {
  const auto header = tcp_frame_header(frame.size());
  stream.insert(stream.end(), header.begin(), header.end());
  stream.insert(stream.end(), frame.begin(), frame.end());
}

TEST(TcpFraming, CutsAStreamWhereverItIsBroken) {
  std::mt19937 random(3);
  std::vector<Bytes> frames;
  Bytes stream;
  for (uint8_t i = 0; i < 50; ++i) {
    frames.emplace_back(1 + random() % 1500, i);
    append_frame(stream, frames.back());
    if (i % 7 == 0) append_frame(stream, {});  // empty: nothing comes out
  }
  for (const size_t piece : {1u, 2u, 3u, 700u, 4000u, 1000000u}) {
    TcpFrameReader reader;
    std::vector<Bytes> read;
    for (size_t at = 0; at < stream.size(); at += piece) {
      const auto count = std::min(piece, stream.size() - at);
      reader.feed(std::span<const uint8_t>(stream).subspan(at, count));
      while (const auto frame = reader.next()) read.emplace_back(frame->begin(), frame->end());
    }
    EXPECT_FALSE(reader.broken());
    EXPECT_EQ(read, frames) << piece;
  }
}

TEST(TcpFraming, BreaksAtAFrameThatIsTooLong) {
  Bytes stream;
  append_frame(stream, Bytes(100, 1));
  append_frame(stream, Bytes(101, 2));
  TcpFrameReader reader(100);
  reader.feed(stream);
  EXPECT_TRUE(reader.next().has_value());
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_TRUE(reader.broken());
  reader.feed(stream);
  EXPECT_FALSE(reader.next().has_value());
}

TEST(TcpFraming, AllocatesOnlyAtTheStart) {
  TcpFrameReader reader;
  Bytes stream;
  append_frame(stream, Bytes(1000, 1));
  const uint64_t before = sdr::testing::allocations_of_this_thread();
  for (int i = 0; i < 200; ++i) {
    for (const auto part :
         {std::span<const uint8_t>(stream).first(500), std::span<const uint8_t>(stream).subspan(500)}) {
      reader.feed(part);
      while (reader.next()) {
      }
    }
  }
  EXPECT_EQ(sdr::testing::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace sdr::rtc
