// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// The implementations behind crc32.h, apart so that tests compare each that the processor can run against zlib.
// Each takes zlib's running value and gives it back.

namespace sdr::frames {

using Crc32Function = uint32_t (*)(const std::byte* bytes, std::size_t count, uint32_t crc);

/// Copies out of shared memory, as copy_from_shared does, and gives the CRC-32 of the copy.
using CheckedCopyFunction = uint32_t (*)(std::byte* to, const std::byte* shared, std::size_t count);

struct Crc32Kernel {
  const char* name;
  Crc32Function crc32;
  CheckedCopyFunction checked_copy;
  bool usable;  ///< this processor has the instructions
};

uint32_t crc32_zlib(const std::byte* bytes, std::size_t count, uint32_t crc);

/// Copies and checks block by block, while a block is still in the nearest cache.
uint32_t checked_copy_in_blocks(Crc32Function crc32, std::byte* to, const std::byte* shared, std::size_t count);

Crc32Kernel crc32_zlib_kernel();

/// x86-64 only; elsewhere both are zlib's and not `usable`.
Crc32Kernel crc32_pclmul_kernel();
Crc32Kernel crc32_vpclmul_kernel();

/// The fastest one that this processor can run.
const Crc32Kernel& crc32_kernel();

}  // namespace sdr::frames
