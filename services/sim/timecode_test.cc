// SPDX-License-Identifier: Apache-2.0
#include "sim/timecode.h"

#include <gtest/gtest.h>

#include <vector>

namespace sdr::sim {
namespace {

/// Reads a time code back as a page does: the middle of each cell.
uint64_t read_back(const std::vector<uint8_t>& bgra, int width, int row) {
  uint64_t bits = 0;
  for (int cell = 0; cell < kTimecodeCells; ++cell) {
    const int x = (2 * cell + 1) * width / (2 * kTimecodeCells);
    bits = bits << 1 | (bgra[4 * static_cast<size_t>(row * width + x)] > 127 ? 1u : 0u);
  }
  return bits;
}

TEST(Timecode, CarriesTimeAndCheckInEachOfItsRows) {
  for (const int width : {640, 426, 128}) {
    std::vector<uint8_t> pixels(4 * static_cast<size_t>(width) * 40, 77);
    draw_timecode(pixels.data(), width, 40, 4 * static_cast<size_t>(width), 0xA1B2C3D4u);
    for (const int row : {0, 7, 15}) EXPECT_EQ(read_back(pixels, width, row), 0xA1B2C3D404ull) << width;
    EXPECT_EQ(pixels[4 * static_cast<size_t>(width) * 16], 77);
  }
}

}  // namespace
}  // namespace sdr::sim
