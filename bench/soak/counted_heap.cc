// SPDX-License-Identifier: Apache-2.0
// Preloaded into the transport: counts the bytes of its heap that are in use, into a file that the benchmark reads.
// What an allocator keeps for later hides a leak of some megabytes in the resident memory; here a leak of one session
// shows.
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);
}

namespace {

using Count = std::atomic<int64_t>;

constinit Count before_the_file{0};
constinit std::atomic<Count*> live{&before_the_file};

void add(int64_t bytes) { live.load(std::memory_order_relaxed)->fetch_add(bytes, std::memory_order_relaxed); }
int64_t bytes_of(void* memory) { return static_cast<int64_t>(malloc_usable_size(memory)); }

void* counted(void* memory) {
  if (memory != nullptr) add(bytes_of(memory));
  return memory;
}

__attribute__((constructor)) void open_file() {
  const char* const path = std::getenv("SDR_COUNTED_HEAP");
  if (path == nullptr) return;
  const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(Count)) != 0) std::abort();
  void* const mapped = mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) std::abort();
  close(fd);
  auto* const count = static_cast<Count*>(mapped);
  count->store(before_the_file.load());
  live.store(count);
}

}  // namespace

extern "C" {

void* malloc(size_t size) { return counted(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

int posix_memalign(void** out, size_t alignment, size_t size) {
  void* const memory = counted(__libc_memalign(alignment, size));
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}

void* realloc(void* memory, size_t size) {
  const int64_t before = memory == nullptr ? 0 : bytes_of(memory);
  void* const moved = __libc_realloc(memory, size);
  if (moved != nullptr || size == 0) add((moved == nullptr ? 0 : bytes_of(moved)) - before);
  return moved;
}

void free(void* memory) {
  if (memory != nullptr) add(-bytes_of(memory));
  __libc_free(memory);
}

}  // extern "C"
