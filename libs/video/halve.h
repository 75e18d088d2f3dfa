// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "video/picture.h"

// A picture of half the width and height, for the lower encoding layer: each sample is the mean of 2x2, rounded, which
// keeps chroma in the centre of its pixels. Done on the planes that the first layer was encoded from, a quarter of the
// bytes of which come out. On x86 with AVX2 by hand-written SIMD, elsewhere by code that gives the same bytes; bench/
// encode has what libswscale takes for it.
//
// Thread: any, on different pictures.

namespace sdr::video {

/// The side of the half picture: rounded down to even, so that up to three columns or rows are left out.
constexpr int half_side(int side) { return side / 4 * 2; }

/// Whether a picture of this size has a half one that an encoder takes.
constexpr bool can_halve(int width, int height) {
  return half_side(width) >= kSmallestSide && half_side(height) >= kSmallestSide;
}

/// Halves into `out`, which is resized, and takes number and capture time along. Allocates only when `out` grows.
/// Errors: kBadSettings where it would be too small (nothing happened).
Status halve(const Picture& in, Picture& out);

/// The same by the portable code, as a reference for tests and benchmarks.
Status halve_portable(const Picture& in, Picture& out);

}  // namespace sdr::video
