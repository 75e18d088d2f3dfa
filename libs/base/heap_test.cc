// SPDX-License-Identifier: Apache-2.0
#include "base/heap.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#if defined(__has_feature)
#define SDR_HAS_FEATURE(name) __has_feature(name)
#else
#define SDR_HAS_FEATURE(name) 0
#endif

namespace sdr {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || SDR_HAS_FEATURE(address_sanitizer) || \
    SDR_HAS_FEATURE(thread_sanitizer)
constexpr bool kOtherAllocator = true;
#else
constexpr bool kOtherAllocator = false;
#endif

// The flags of the mapping that holds this (proc_pid_smaps(5)).
std::string flags_of_memory(const void* memory) {
  std::ifstream maps("/proc/self/smaps");
  bool is_inside = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0;
    const auto address = reinterpret_cast<unsigned long>(memory);
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) is_inside = address >= begin && address < end;
    if (is_inside && line.starts_with("VmFlags:")) return line + " ";
  }
  return "";
}

TEST(Heap, AsksForLargePages) {
  if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) GTEST_SKIP() << "no large pages here";
  ask_for_large_heap_pages(size_t{32} << 20);
  constexpr size_t kPieces = 4096, kPiece = 1000;  // more than is left of the page that the heap ended in
  std::vector<std::unique_ptr<char[]>> pieces;
  for (size_t i = 0; i < kPieces; ++i) pieces.push_back(std::make_unique<char[]>(kPiece));
  const std::string flags = flags_of_memory(pieces.back().get());
  if (kOtherAllocator) GTEST_SKIP() << "not glibc's allocator";
  EXPECT_NE(flags.find(" hg "), flags.npos) << flags;
}

}  // namespace
}  // namespace sdr
