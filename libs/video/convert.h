// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "video/picture.h"

// Rendered pixels to encoder planes in one pass: flip, colour matrix, 4:2:0 subsampling (the mean of 2x2 pixels, so
// chroma is sited in their centre). On x86 with AVX2 by hand-written SIMD, elsewhere by code that gives the same bytes.
//
// Thread: any, on different pictures.

namespace sdr::video {

/// Converts into `out`, which is resized to the view's size and to `format`. Allocates only when that grows.
/// Errors: kBadSettings for odd or out-of-bounds sizes.
Status convert(const PixelView& in, PictureFormat format, Picture& out);

/// The same by the portable code, as a reference for tests and benchmarks.
Status convert_portable(const PixelView& in, PictureFormat format, Picture& out);

}  // namespace sdr::video
