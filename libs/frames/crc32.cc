// SPDX-License-Identifier: Apache-2.0
#include "frames/crc32.h"

#include <zlib.h>

#include <algorithm>

#include "frames/crc32_kernels.h"
#include "frames/words.h"

namespace sdr::frames {
namespace {

constexpr std::size_t kBlockBytes = 4096;

Crc32Kernel choose() {
  for (const Crc32Kernel& kernel : {crc32_vpclmul_kernel(), crc32_pclmul_kernel()}) {
    if (kernel.usable) return kernel;
  }
  return crc32_zlib_kernel();
}

uint32_t checked_copy_zlib(std::byte* to, const std::byte* shared, std::size_t count) {
  return checked_copy_in_blocks(crc32_zlib, to, shared, count);
}

}  // namespace

uint32_t crc32_zlib(const std::byte* bytes, std::size_t count, uint32_t crc) {
  if (count == 0) return crc;  // zlib would take a null pointer as a request for the start value
  return static_cast<uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes), count));
}

uint32_t checked_copy_in_blocks(Crc32Function crc32, std::byte* to, const std::byte* shared, std::size_t count) {
  uint32_t crc = 0;
  for (std::size_t i = 0; i < count; i += kBlockBytes) {
    const std::size_t bytes = std::min(kBlockBytes, count - i);
    copy_from_shared(to + i, shared + i, bytes);
    crc = crc32(to + i, bytes, crc);
  }
  return crc;
}

Crc32Kernel crc32_zlib_kernel() { return {"zlib", crc32_zlib, checked_copy_zlib, true}; }

const Crc32Kernel& crc32_kernel() {
  static const Crc32Kernel kernel = choose();
  return kernel;
}

uint32_t crc32_of(std::span<const std::byte> bytes, uint32_t crc) {
  return crc32_kernel().crc32(bytes.data(), bytes.size(), crc);
}

const char* crc32_implementation() { return crc32_kernel().name; }

}  // namespace sdr::frames
