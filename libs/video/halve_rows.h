// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Inside of halve.h: the step that both versions of the code share, two rows of samples to one.

namespace sdr::video::detail {

struct HalvedRow {
  const uint8_t *top = nullptr, *bottom = nullptr;
  uint8_t* out = nullptr;
};

/// `count` samples come out. Where samples are `pairs` (U and V in turn), these are averaged with their like.
using HalveRow = void (*)(const HalvedRow& row, int count, bool pairs);

/// Samples from `first`, which is even where they are pairs, to `count`.
void halve_row_portable(const HalvedRow& row, int first, int count, bool pairs);

/// Null where this processor or build has no AVX2.
HalveRow halve_row_avx2();

}  // namespace sdr::video::detail
