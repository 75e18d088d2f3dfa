// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "video/picture.h"

// Inside of convert.h: colour matrices in fixed point, and the step that both versions of the code share, two rows of
// pixels to two rows of Y and one of chroma. Chroma is computed from the sum of 2x2 pixels, so it is rounded once.

namespace sdr::video::detail {

/// Fixed point with 15 bits, so that a coefficient fits a signed 16-bit factor.
struct Weights {
  int16_t r = 0, g = 0, b = 0;
};

struct Matrix {
  Weights y, u, v;
  int32_t y_bias = 0;       ///< offset and rounding of Y, before the shift by 15
  int32_t chroma_bias = 0;  ///< of the sum of four pixels' U or V, before the shift by 17
};

/// ITU-R BT.709 (3.2 to 3.4) and BT.601 define luma by the weights of red and blue; everything follows from these.
/// Green takes what rounding leaves, so that grey has no colour and white is exactly white.
constexpr Matrix matrix_of(double kr, double kb, int y_range, int chroma_range, int y_offset) {
  constexpr auto fixed = [](double value) { return static_cast<int>(value * 32768.0 + (value < 0 ? -0.5 : 0.5)); };
  constexpr auto weights = [](int r, int b, int sum) {
    return Weights{static_cast<int16_t>(r), static_cast<int16_t>(sum - r - b), static_cast<int16_t>(b)};
  };
  const double y_scale = y_range / 255.0, chroma_scale = chroma_range / 255.0;
  Matrix matrix;
  matrix.y = weights(fixed(kr * y_scale), fixed(kb * y_scale), fixed(y_scale));
  matrix.u = weights(fixed(-0.5 * kr / (1 - kb) * chroma_scale), fixed(0.5 * chroma_scale), 0);
  matrix.v = weights(fixed(0.5 * chroma_scale), fixed(-0.5 * kb / (1 - kr) * chroma_scale), 0);
  matrix.y_bias = (y_offset << 15) + (1 << 14);
  matrix.chroma_bias = (128 << 17) + (1 << 16);
  return matrix;
}

constexpr Matrix kBt709Limited = matrix_of(0.2126, 0.0722, 219, 224, 16);
constexpr Matrix kBt601Full = matrix_of(0.299, 0.114, 255, 255, 0);

constexpr uint8_t clamped(int32_t value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); }

constexpr int32_t dot(const Weights& w, int r, int g, int b) { return w.r * r + w.g * g + w.b * b; }

/// Two rows of pixels, and where their planes' bytes go. With `v` null, `u` takes U and V in turn.
struct RowPair {
  const uint8_t *top = nullptr, *bottom = nullptr;
  uint8_t *y_top = nullptr, *y_bottom = nullptr, *u = nullptr, *v = nullptr;
};

using ConvertRows = void (*)(const RowPair& rows, PixelOrder order, int width, const Matrix& matrix);

/// Columns from `first`, which is even, to `width`.
void convert_rows_portable(const RowPair& rows, PixelOrder order, int first, int width, const Matrix& matrix);

/// Null where this processor or build has no AVX2.
ConvertRows convert_rows_avx2();

}  // namespace sdr::video::detail
