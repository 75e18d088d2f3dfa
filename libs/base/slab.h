// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

// Memory for many objects of one size that are looked at in turn, again and again: side by side in pages of 2 MiB,
// since a thousand of them in pages of 4 KiB are more than a processor's table of pages holds, and then each visit
// begins with a walk through the page tables. Where the kernel gives no such pages the memory is as any other.
//
// Thread: any. Taking and giving back lock; they are for beginnings and ends. Bounds: none of its own. A block that is
// empty goes back to the kernel, save one. Errors: std::bad_alloc.

namespace sdr {

class Slab {
 public:
  static constexpr size_t kBlockBytes = 2 << 20;
  static constexpr size_t kAlign = 64;

  /// At most kBlockBytes.
  explicit Slab(size_t object_bytes);
  ~Slab();
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  void* take();
  void give_back(void* object);

  size_t objects() const;
  size_t blocks() const;

 private:
  struct Block;

  Block& with_room();

  const size_t object_bytes_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace sdr
