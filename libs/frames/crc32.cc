// SPDX-License-Identifier: Apache-2.0
#include "frames/crc32.h"

#include <zlib.h>

#include "frames/crc32_kernels.h"

namespace sdr::frames {
namespace {

Crc32Kernel choose() {
  for (const Crc32Kernel& kernel : {crc32_vpclmul_kernel(), crc32_pclmul_kernel()}) {
    if (kernel.usable) return kernel;
  }
  return {"zlib", crc32_zlib, true};
}

const Crc32Kernel& chosen() {
  static const Crc32Kernel kernel = choose();
  return kernel;
}

}  // namespace

uint32_t crc32_zlib(const std::byte* bytes, std::size_t count, uint32_t crc) {
  if (count == 0) return crc;  // zlib would take a null pointer as a request for the start value
  return static_cast<uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes), count));
}

uint32_t crc32_of(std::span<const std::byte> bytes, uint32_t crc) {
  return chosen().function(bytes.data(), bytes.size(), crc);
}

const char* crc32_implementation() { return chosen().name; }

}  // namespace sdr::frames
