// SPDX-License-Identifier: Apache-2.0
#include "base/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/assert.h"

namespace sdr {
namespace {

constexpr uintptr_t kPage = 2 << 20;

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};

uintptr_t heap_end() { return reinterpret_cast<uintptr_t>(::sbrk(0)); }

// Takes what is free at the top, so that the heap has to grow: by what mallopt(3) was told to add to it.
void grow_heap(uintptr_t from) {
  constexpr size_t kPiece = 64 << 10, kPiecesMax = 64;
  std::vector<std::unique_ptr<void, Freed>> taken;
  while (heap_end() == from && taken.size() < kPiecesMax) taken.emplace_back(std::malloc(kPiece));
}

}  // namespace

void ask_for_large_heap_pages(size_t bytes) {
  SDR_ASSERT_OP(bytes, <=, size_t{INT_MAX});
  (void)::mallopt(M_TRIM_THRESHOLD, INT_MAX);  // what is given back would come back in small pages
  (void)::mallopt(M_TOP_PAD, static_cast<int>(bytes));
  const uintptr_t from = heap_end();
  grow_heap(from);
  const uintptr_t begin = (from + kPage - 1) / kPage * kPage, end = heap_end() / kPage * kPage;
  if (end > begin) (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  (void)::mallopt(M_TOP_PAD, kPage);
}

}  // namespace sdr
