// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// CRC-32 as zlib computes it (polynomial 0x04C11DB7 reflected, start and end inverted), since every frame is checked
// once per hop and zlib's tables manage some 1.5 GB/s where the processor's carry-less multiplication reaches memory
// speed. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.
//
// Thread: any; no state. The implementation is chosen once, by what the processor can do.

namespace sdr::frames {

/// CRC-32 of the bytes, of which `crc` is that of what came before them (0 at the start).
uint32_t crc32_of(std::span<const std::byte> bytes, uint32_t crc = 0);

/// "vpclmulqdq", "pclmulqdq" or "zlib": which implementation `crc32_of` uses here. For `doctor` and benchmarks.
const char* crc32_implementation();

}  // namespace sdr::frames
