// SPDX-License-Identifier: Apache-2.0
#include "sim/timecode.h"

#include <algorithm>
#include <cstring>

namespace sdr::sim {

bool timecode_bit(uint32_t capture_us, int cell) {
  if (cell < 32) return (capture_us >> (31 - cell) & 1u) != 0;
  const uint32_t check = (capture_us >> 24 ^ capture_us >> 16 ^ capture_us >> 8 ^ capture_us) & 0xFFu;
  return (check >> (39 - cell) & 1u) != 0;
}

void draw_timecode(uint8_t* bgra, int width, int height, size_t stride_bytes, uint32_t capture_us) {
  const int rows = std::min(kTimecodeRows, height);
  for (int cell = 0; cell < kTimecodeCells; ++cell) {
    const int from = cell * width / kTimecodeCells, to = (cell + 1) * width / kTimecodeCells;
    std::memset(bgra + 4 * from, timecode_bit(capture_us, cell) ? 0xFF : 0x00, 4 * static_cast<size_t>(to - from));
  }
  for (int row = 1; row < rows; ++row) {
    std::memcpy(bgra + static_cast<size_t>(row) * stride_bytes, bgra, 4 * static_cast<size_t>(width));
  }
}

}  // namespace sdr::sim
