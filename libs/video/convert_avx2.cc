// SPDX-License-Identifier: Apache-2.0
#include "video/convert_rows.h"

// Sixteen pixels of two rows at a time. A pixel of four bytes c0 c1 c2 c3 is split by a mask and a shift into the
// 16-bit pairs (c0, c2) and (c1, c3), so that a multiply-add per pair gives the weighted sum without any shuffle; green
// is always c1, and red and blue change places in the weights. Packed RGB is spread to four bytes first.

#if defined(__x86_64__)

#include <immintrin.h>

#define SDR_AVX2 __attribute__((target("avx2")))
#define SDR_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

namespace sdr::video::detail {
namespace {

constexpr int kStep = 16;

struct PairWeights {
  __m256i even, odd;  // for (c0, c2) and (c1, c3)
};

struct VectorMatrix {
  PairWeights y, u, v;
  __m256i y_bias, chroma_bias;
};

// Sixteen pixels as 16-bit pairs; [0] is the first eight.
struct Pixels {
  __m256i even[2], odd[2];
};

SDR_AVX2_INLINE PairWeights spread(const Weights& weights, bool blue_first) {
  const int first = blue_first ? weights.b : weights.r, third = blue_first ? weights.r : weights.b;
  return {_mm256_set1_epi32(third * 65536 | (first & 0xFFFF)), _mm256_set1_epi32(weights.g & 0xFFFF)};
}

SDR_AVX2_INLINE __m256i weighted(const PairWeights& weights, __m256i even, __m256i odd) {
  return _mm256_add_epi32(_mm256_madd_epi16(even, weights.even), _mm256_madd_epi16(odd, weights.odd));
}

SDR_AVX2_INLINE __m128i load16(const uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

// Eight packed RGB pixels to four bytes each, reading exactly their 24 bytes: the second load starts 4 bytes early.
SDR_AVX2_INLINE __m256i load_rgb(const uint8_t* bytes) {
  const __m256i raw = _mm256_inserti128_si256(_mm256_castsi128_si256(load16(bytes)), load16(bytes + 8), 1);
  const __m256i spread_bytes = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                                                4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1);
  return _mm256_shuffle_epi8(raw, spread_bytes);
}

template <int kBytes>
SDR_AVX2_INLINE Pixels load_pixels(const uint8_t* bytes) {
  const __m256i low_bytes = _mm256_set1_epi16(0xFF);
  Pixels pixels;
  for (int half = 0; half < 2; ++half) {
    const uint8_t* const at = bytes + half * 8 * kBytes;
    __m256i raw;
    if constexpr (kBytes == 3) {
      raw = load_rgb(at);
    } else {
      raw = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    }
    pixels.even[half] = _mm256_and_si256(raw, low_bytes);
    pixels.odd[half] = _mm256_srli_epi16(raw, 8);
  }
  return pixels;
}

SDR_AVX2_INLINE void store_luma(const Pixels& pixels, const VectorMatrix& m, uint8_t* out) {
  __m256i y[2];
  for (int half = 0; half < 2; ++half) {
    const __m256i sum = weighted(m.y, pixels.even[half], pixels.odd[half]);
    y[half] = _mm256_srai_epi32(_mm256_add_epi32(sum, m.y_bias), 15);
  }
  // Packing works within 128-bit lanes; the permutation puts the quarters back in order.
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(y[0], y[1]), 0xD8);
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
}

// Eight values of U or V from sixteen columns whose two rows are summed already.
SDR_AVX2_INLINE __m256i chroma_of(const PairWeights& weights, const Pixels& sums, __m256i bias) {
  const __m256i first = weighted(weights, sums.even[0], sums.odd[0]);
  const __m256i second = weighted(weights, sums.even[1], sums.odd[1]);
  const __m256i pairs = _mm256_permute4x64_epi64(_mm256_hadd_epi32(first, second), 0xD8);
  return _mm256_srai_epi32(_mm256_add_epi32(pairs, bias), 17);
}

SDR_AVX2_INLINE void store_chroma(const Pixels& top, const Pixels& bottom, const VectorMatrix& m, uint8_t* u,
                                  uint8_t* v) {
  Pixels sums;
  for (int half = 0; half < 2; ++half) {
    sums.even[half] = _mm256_add_epi16(top.even[half], bottom.even[half]);
    sums.odd[half] = _mm256_add_epi16(top.odd[half], bottom.odd[half]);
  }
  // Per lane, after packing: four bytes of U, four of V.
  const __m256i words = _mm256_packs_epi32(chroma_of(m.u, sums, m.chroma_bias), chroma_of(m.v, sums, m.chroma_bias));
  const __m256i bytes = _mm256_packus_epi16(words, words);
  const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
  const __m128i planes = _mm_unpacklo_epi32(low, high);  // eight of U, eight of V
  const __m128i v_first = _mm_unpackhi_epi64(planes, planes);
  if (v == nullptr) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(u), _mm_unpacklo_epi8(planes, v_first));
  } else {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(u), planes);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(v), v_first);
  }
}

template <int kBytes>
SDR_AVX2 void convert_columns(const RowPair& rows, bool blue_first, int width, const Matrix& matrix) {
  const VectorMatrix m{spread(matrix.y, blue_first), spread(matrix.u, blue_first), spread(matrix.v, blue_first),
                       _mm256_set1_epi32(matrix.y_bias), _mm256_set1_epi32(matrix.chroma_bias)};
  for (int x = 0; x < width; x += kStep) {
    const ptrdiff_t offset = ptrdiff_t{x} * kBytes;
    const Pixels top = load_pixels<kBytes>(rows.top + offset);
    const Pixels bottom = load_pixels<kBytes>(rows.bottom + offset);
    store_luma(top, m, rows.y_top + x);
    store_luma(bottom, m, rows.y_bottom + x);
    store_chroma(top, bottom, m, rows.v == nullptr ? rows.u + x : rows.u + x / 2,
                 rows.v == nullptr ? nullptr : rows.v + x / 2);
  }
}

void convert_rows(const RowPair& rows, PixelOrder order, int width, const Matrix& matrix) {
  const int whole = width / kStep * kStep;
  if (order == PixelOrder::kRgb) {
    convert_columns<3>(rows, false, whole, matrix);
  } else {
    convert_columns<4>(rows, order == PixelOrder::kBgra, whole, matrix);
  }
  convert_rows_portable(rows, order, whole, width, matrix);
}

}  // namespace

ConvertRows convert_rows_avx2() { return __builtin_cpu_supports("avx2") ? convert_rows : nullptr; }

}  // namespace sdr::video::detail

#else

namespace sdr::video::detail {
ConvertRows convert_rows_avx2() { return nullptr; }
}  // namespace sdr::video::detail

#endif
