// SPDX-License-Identifier: Apache-2.0
#include "video/halve_rows.h"

// Thirty-two samples of two rows at a time. A multiply-add by ones sums neighbours; pairs are brought beside their like
// before that.

#if defined(__x86_64__)

#include <immintrin.h>

#define SDR_AVX2 __attribute__((target("avx2")))

namespace sdr::video::detail {
namespace {

constexpr int kStep = 16;  // samples that come out

template <bool kPairs>
SDR_AVX2 inline __m256i sums_of_neighbours(const uint8_t* samples) {
  __m256i raw = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(samples));
  if constexpr (kPairs) {
    const __m256i like_by_like =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15));
    raw = _mm256_shuffle_epi8(raw, like_by_like);
  }
  return _mm256_maddubs_epi16(raw, _mm256_set1_epi8(1));
}

template <bool kPairs>
SDR_AVX2 void halve_whole_steps(const HalvedRow& row, int whole) {
  const __m256i half = _mm256_set1_epi16(2);
  for (int i = 0; i < whole; i += kStep) {
    const __m256i sums =
        _mm256_add_epi16(sums_of_neighbours<kPairs>(row.top + 2 * i), sums_of_neighbours<kPairs>(row.bottom + 2 * i));
    const __m256i means = _mm256_srli_epi16(_mm256_add_epi16(sums, half), 2);
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(means), _mm256_extracti128_si256(means, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row.out + i), bytes);
  }
}

void halve_row(const HalvedRow& row, int count, bool pairs) {
  const int whole = count / kStep * kStep;
  if (pairs) {
    halve_whole_steps<true>(row, whole);
  } else {
    halve_whole_steps<false>(row, whole);
  }
  halve_row_portable(row, whole, count, pairs);
}

}  // namespace

HalveRow halve_row_avx2() { return __builtin_cpu_supports("avx2") ? halve_row : nullptr; }

}  // namespace sdr::video::detail

#else

namespace sdr::video::detail {
HalveRow halve_row_avx2() { return nullptr; }
}  // namespace sdr::video::detail

#endif
