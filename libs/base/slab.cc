// SPDX-License-Identifier: Apache-2.0
#include "base/slab.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "base/assert.h"

namespace sdr {
namespace {

// So many in a block before it is asked for as one page: whoever has few needs no 2 MiB for them.
constexpr size_t kFew = 8;
#ifndef MADV_COLLAPSE
constexpr int MADV_COLLAPSE = 25;  // of Linux 6.1, which older headers do not know
#endif

size_t rounded_up(size_t bytes) { return (bytes + Slab::kAlign - 1) / Slab::kAlign * Slab::kAlign; }

// Aligned to its own size: twice as much is asked for, and what is too much given back.
char* map_block() {
  constexpr size_t kBytes = Slab::kBlockBytes;
  void* const mapped = ::mmap(nullptr, 2 * kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  char* const begin = static_cast<char*>(mapped);
  const size_t before = (kBytes - reinterpret_cast<uintptr_t>(begin) % kBytes) % kBytes;
  if (before > 0) ::munmap(begin, before);
  ::munmap(begin + before + kBytes, kBytes - before);
  return begin + before;
}

}  // namespace

struct Slab::Block {
  explicit Block(size_t object_bytes) : memory(map_block()) {
    for (size_t at = kBlockBytes / object_bytes; at-- > 0;) free.push_back(memory + at * object_bytes);
  }
  ~Block() { ::munmap(memory, kBlockBytes); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  bool has(const void* object) const { return object >= memory && object < memory + kBlockBytes; }
  void* take() {
    void* const object = free.back();
    free.pop_back();
    if (++used == kFew) {  // both are wishes
      (void)::madvise(memory, kBlockBytes, MADV_HUGEPAGE);
      (void)::madvise(memory, kBlockBytes, MADV_COLLAPSE);
    }
    return object;
  }

  char* const memory;
  std::vector<char*> free;
  size_t used = 0;
};

Slab::Slab(size_t object_bytes) : object_bytes_(rounded_up(object_bytes)) {
  SDR_ASSERT_OP(object_bytes_, <=, kBlockBytes);
  SDR_ASSERT_OP(object_bytes_, >, 0u);
}

Slab::~Slab() = default;

Slab::Block& Slab::with_room() {
  for (const auto& block : blocks_) {
    if (!block->free.empty()) return *block;
  }
  return *blocks_.emplace_back(std::make_unique<Block>(object_bytes_));
}

void* Slab::take() {
  const std::lock_guard lock(mutex_);
  return with_room().take();
}

void Slab::give_back(void* object) {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find_if(blocks_, [object](const auto& block) { return block->has(object); });
  SDR_ASSERT(at != blocks_.end(), "not of this slab");
  Block& block = **at;
  block.free.push_back(static_cast<char*>(object));
  if (--block.used == 0 && blocks_.size() > 1) blocks_.erase(at);
}

size_t Slab::objects() const {
  const std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const auto& block : blocks_) count += block->used;
  return count;
}

size_t Slab::blocks() const {
  const std::lock_guard lock(mutex_);
  return blocks_.size();
}

}  // namespace sdr
