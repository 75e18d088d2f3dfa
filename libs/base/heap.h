// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace sdr {

/// Lets what main's thread allocates lie in pages of 2 MiB: the first `bytes` of its heap, less those that are there
/// already. For a service that visits the small objects of a thousand others' making in turn, as OpenSSL's contexts:
/// in pages of 4 KiB they are more than a processor's table of pages holds (base/slab.h). What was free at the top of
/// the heap is then kept, not given back to the kernel. Once, at start; address space only until it is used. A wish:
/// without such pages, or with another allocator than glibc's, nothing changes. Thread: main's.
void ask_for_large_heap_pages(size_t bytes);

}  // namespace sdr
