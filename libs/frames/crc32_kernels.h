// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// The implementations behind crc32.h, apart so that tests compare each that the processor can run against zlib.
// Each takes zlib's running value and gives it back.

namespace sdr::frames {

using Crc32Function = uint32_t (*)(const std::byte* bytes, std::size_t count, uint32_t crc);

struct Crc32Kernel {
  const char* name;
  Crc32Function function;
  bool usable;  ///< this processor has the instructions
};

uint32_t crc32_zlib(const std::byte* bytes, std::size_t count, uint32_t crc);

/// x86-64 only; elsewhere both are zlib's and not `usable`.
Crc32Kernel crc32_pclmul_kernel();
Crc32Kernel crc32_vpclmul_kernel();

}  // namespace sdr::frames
