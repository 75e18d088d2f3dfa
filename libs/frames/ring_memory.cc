// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_memory.h"

#include <sys/mman.h>

#include <utility>

namespace sdr::frames {

Result<RingMemory> RingMemory::map(int fd, std::size_t bytes, Access access) {
  SDR_ASSERT(is_ring_size(bytes), "the caller checks the file's size");
  const bool writable = access == Access::kReadWrite;
  void* base = ::mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) return system_error("mapping the ring");
  RingMemory memory;
  memory.base_ = static_cast<std::byte*>(base);
  memory.bytes_ = bytes;
  memory.data_size_ = data_bytes(bytes);
  memory.guard_ = SigbusGuard(memory.base_, bytes, writable);
  return memory;
}

RingMemory::~RingMemory() {
  guard_ = SigbusGuard();  // first the guard, then the mapping: another one may take its addresses at once
  if (base_ != nullptr) ::munmap(base_, bytes_);
}

RingMemory::RingMemory(RingMemory&& other) noexcept { *this = std::move(other); }

RingMemory& RingMemory::operator=(RingMemory&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(bytes_, other.bytes_);
  std::swap(data_size_, other.data_size_);
  std::swap(guard_, other.guard_);
  return *this;
}

bool RingMemory::trailer_is_sound() const {
  return magic().load(std::memory_order_relaxed) == kMagic && version().load(std::memory_order_relaxed) == kVersion &&
         stored_data_size().load(std::memory_order_relaxed) == data_size_;
}

FrameHeader RingMemory::load_header(uint64_t position) const {
  std::byte bytes[kFrameHeaderBytes];
  copy_from_shared(bytes, at(position), sizeof(bytes));
  return parse_frame_header(bytes);
}

void RingMemory::store_header(uint64_t position, const FrameHeader& header) const {
  std::byte bytes[kFrameHeaderBytes];
  serialise(header, bytes);
  copy_to_shared(at(position), bytes, sizeof(bytes));
}

}  // namespace sdr::frames
