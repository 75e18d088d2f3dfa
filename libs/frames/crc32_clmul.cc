// SPDX-License-Identifier: Apache-2.0
#include "frames/crc32_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "frames/words.h"

// A message is a polynomial over GF(2); its CRC is the remainder modulo P. Multiplying a 128-bit piece by x^D mod P and
// adding it to the piece D bits further on leaves the remainder unchanged ("folding"), so wide accumulators walk over
// the message independently of each other and are folded into one at the end. zlib's bit order is reflected: bit 0 is
// the highest power, and a carry-less product comes out shifted by one, which the constants make good.

namespace sdr::frames {
namespace {

constexpr uint32_t kPolynomial = 0xedb88320;  // reflected

// x^n mod P, reflected, shifted left by one for the product's lost bit.
constexpr uint64_t x_power(unsigned n) {
  uint32_t value = 0x80000000;
  for (; n > 0; --n) value = (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
  return uint64_t{value} << 1;
}

// A 128-bit piece that moves by `bits`: its low half holds the higher powers, 64 of them further up.
struct Fold {
  long long low, high;
};
constexpr Fold fold_by(unsigned bits) {
  return {static_cast<long long>(x_power(bits + 32)), static_cast<long long>(x_power(bits - 32))};
}
static_assert(fold_by(512).low == 0x154442bd4 && fold_by(512).high == 0x1c6e41596, "the constants of the paper");

#define SDR_TARGET_PCLMUL __attribute__((target("pclmul,sse4.1")))
#define SDR_TARGET_VPCLMUL __attribute__((target("pclmul,sse4.1,avx512f,avx512vl,avx512dq,vpclmulqdq")))

SDR_TARGET_PCLMUL inline __m128i load128(const std::byte* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

SDR_TARGET_PCLMUL inline __m128i fold128(__m128i piece, __m128i onto, Fold by) {
  const __m128i constants = _mm_set_epi64x(by.high, by.low);
  const __m128i low = _mm_clmulepi64_si128(piece, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(piece, constants, 0x11);
  return _mm_xor_si128(onto, _mm_xor_si128(low, high));
}

// The 128 bits that all else was folded into, down to the 32-bit remainder: two more folds, then Barrett's reduction
// with mu = floor(x^64 / P), both reflected.
SDR_TARGET_PCLMUL inline uint32_t reduce(__m128i piece) {
  const __m128i by_64 = _mm_set_epi64x(static_cast<long long>(x_power(64)), static_cast<long long>(x_power(96)));
  const __m128i low32 = _mm_set_epi32(0, 0, 0, -1);
  __m128i x = _mm_xor_si128(_mm_srli_si128(piece, 8), _mm_clmulepi64_si128(piece, by_64, 0x00));
  x = _mm_xor_si128(_mm_srli_si128(x, 4), _mm_clmulepi64_si128(_mm_and_si128(x, low32), by_64, 0x10));
  const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);  // mu, P
  __m128i t = _mm_clmulepi64_si128(_mm_and_si128(x, low32), barrett, 0x10);
  t = _mm_clmulepi64_si128(_mm_and_si128(t, low32), barrett, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(x, t), 1));
}

// What is left after the wide part: pieces of 16, then zlib for fewer.
SDR_TARGET_PCLMUL inline uint32_t finish(__m128i x, const std::byte* bytes, std::size_t count) {
  for (; count >= 16; bytes += 16, count -= 16) x = fold128(x, load128(bytes), fold_by(128));
  return crc32_zlib(bytes, count, ~reduce(x));
}

SDR_TARGET_PCLMUL uint32_t crc32_pclmul(const std::byte* bytes, std::size_t count, uint32_t crc) {
  if (count < 64) return crc32_zlib(bytes, count, crc);
  __m128i x0 = _mm_xor_si128(load128(bytes), _mm_cvtsi32_si128(static_cast<int>(~crc)));
  __m128i x1 = load128(bytes + 16);
  __m128i x2 = load128(bytes + 32);
  __m128i x3 = load128(bytes + 48);
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
    x0 = fold128(x0, load128(bytes), fold_by(512));
    x1 = fold128(x1, load128(bytes + 16), fold_by(512));
    x2 = fold128(x2, load128(bytes + 32), fold_by(512));
    x3 = fold128(x3, load128(bytes + 48), fold_by(512));
  }
  x1 = fold128(x0, x1, fold_by(128));
  x2 = fold128(x1, x2, fold_by(128));
  return finish(fold128(x2, x3, fold_by(128)), bytes, count);
}

SDR_TARGET_VPCLMUL inline __m512i load512(const std::byte* bytes) { return _mm512_loadu_si512(bytes); }

SDR_TARGET_VPCLMUL inline __m512i fold512(__m512i piece, __m512i onto, Fold by) {
  const __m512i constants = _mm512_broadcast_i32x4(_mm_set_epi64x(by.high, by.low));
  const __m512i low = _mm512_clmulepi64_epi128(piece, constants, 0x00);
  const __m512i high = _mm512_clmulepi64_epi128(piece, constants, 0x11);
  return _mm512_ternarylogic_epi64(low, high, onto, 0x96);  // the exclusive or of all three
}

// Four neighbouring pieces of 128 bits into the last of them.
SDR_TARGET_VPCLMUL inline __m128i join_pieces(__m512i x) {
  __m128i piece = fold128(_mm512_castsi512_si128(x), _mm512_extracti32x4_epi32(x, 1), fold_by(128));
  piece = fold128(piece, _mm512_extracti32x4_epi32(x, 2), fold_by(128));
  return fold128(piece, _mm512_extracti32x4_epi32(x, 3), fold_by(128));
}

// Four accumulators of four pieces each: enough for the multiplier to be busy in every cycle.
struct Wide {
  __m512i x[4];
};
constexpr std::size_t kWideBytes = sizeof(Wide);

SDR_TARGET_VPCLMUL inline Wide start_wide(const std::byte* bytes, uint32_t crc) {
  const __m128i start = _mm_cvtsi32_si128(static_cast<int>(~crc));
  const __m512i first = _mm512_xor_si512(load512(bytes), _mm512_inserti32x4(_mm512_setzero_si512(), start, 0));
  return {{first, load512(bytes + 64), load512(bytes + 128), load512(bytes + 192)}};
}

SDR_TARGET_VPCLMUL inline void fold_wide(Wide& wide, const std::byte* bytes) {
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) wide.x[i] = fold512(wide.x[i], load512(bytes + 64 * i), fold_by(2048));
}

// `bytes` are those behind what was folded, in any number.
SDR_TARGET_VPCLMUL inline uint32_t finish_wide(const Wide& wide, const std::byte* bytes, std::size_t count) {
  __m512i x = fold512(wide.x[0], wide.x[1], fold_by(512));
  x = fold512(x, wide.x[2], fold_by(512));
  x = fold512(x, wide.x[3], fold_by(512));
  for (; count >= 64; bytes += 64, count -= 64) x = fold512(x, load512(bytes), fold_by(512));
  return finish(join_pieces(x), bytes, count);
}

SDR_TARGET_VPCLMUL uint32_t crc32_vpclmul(const std::byte* bytes, std::size_t count, uint32_t crc) {
  if (count < kWideBytes) return crc32_pclmul(bytes, count, crc);
  Wide wide = start_wide(bytes, crc);
  for (bytes += kWideBytes, count -= kWideBytes; count >= kWideBytes; bytes += kWideBytes, count -= kWideBytes) {
    fold_wide(wide, bytes);
  }
  return finish_wide(wide, bytes, count);
}

// The copy waits for cache lines that another core wrote last; the multiplications fill that time. They stay two steps
// behind the copy, so that they read what has left the store buffer.
SDR_TARGET_VPCLMUL uint32_t checked_copy_vpclmul(std::byte* to, const std::byte* shared, std::size_t count) {
  constexpr std::size_t kBehind = 2 * kWideBytes;
  if (count < kBehind) return checked_copy_in_blocks(crc32_vpclmul, to, shared, count);
  copy_from_shared(to, shared, kBehind);
  Wide wide = start_wide(to, 0);
  std::size_t copied = kBehind;
  std::size_t folded = kWideBytes;
  for (; copied + kWideBytes <= count; copied += kWideBytes, folded += kWideBytes) {
    copy_from_shared(to + copied, shared + copied, kWideBytes);
    fold_wide(wide, to + folded);
  }
  copy_from_shared(to + copied, shared + copied, count - copied);
  return finish_wide(wide, to + folded, count - folded);
}

uint32_t checked_copy_pclmul(std::byte* to, const std::byte* shared, std::size_t count) {
  return checked_copy_in_blocks(crc32_pclmul, to, shared, count);
}

}  // namespace

Crc32Kernel crc32_pclmul_kernel() {
  const bool usable = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return {"pclmulqdq", crc32_pclmul, checked_copy_pclmul, usable};
}

Crc32Kernel crc32_vpclmul_kernel() {
  const bool usable = crc32_pclmul_kernel().usable && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("vpclmulqdq");
  return {"vpclmulqdq", crc32_vpclmul, checked_copy_vpclmul, usable};
}

}  // namespace sdr::frames

#else

namespace sdr::frames {

Crc32Kernel crc32_pclmul_kernel() { return {"pclmulqdq", crc32_zlib, crc32_zlib_kernel().checked_copy, false}; }
Crc32Kernel crc32_vpclmul_kernel() { return {"vpclmulqdq", crc32_zlib, crc32_zlib_kernel().checked_copy, false}; }

}  // namespace sdr::frames

#endif
