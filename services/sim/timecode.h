// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The time of capture, drawn into the picture, so that whoever sees the picture can tell how old it is: glass to glass,
// through encoder, network, decoder and screen.
//
// The lowest 16 rows hold 40 equal cells, white for 1 and black for 0: 0 to 31 the capture time as the frame header
// carries it, most significant bit first; 32 to 39 the exclusive or of its four bytes.

namespace sdr::sim {

inline constexpr int kTimecodeRows = 16, kTimecodeCells = 40;

/// `bgra`: the first row in memory, the bottom row of the picture, four bytes per pixel.
void draw_timecode(uint8_t* bgra, int width, int height, size_t stride_bytes, uint32_t capture_us);

/// The cell's bit, from the left.
bool timecode_bit(uint32_t capture_us, int cell);

}  // namespace sdr::sim
