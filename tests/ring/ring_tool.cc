// SPDX-License-Identifier: Apache-2.0
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "frames/testing.h"

// Our reader and writer for layout_test.py, which is the other side. Frame `number` (also its frame_id) has
// (number * 977) % limit bytes of a pattern that both sides know; each seventh is a keyframe.
//   ring_tool write PATH RING_BYTES FIRST COUNT LIMIT
//   ring_tool read PATH COUNT      one line per frame: seq id size flags codec crc32 capture_us

namespace {

using namespace sdr::frames;

std::vector<std::byte> pattern(uint64_t number, std::size_t bytes) {
  std::vector<std::byte> payload(bytes);
  for (std::size_t i = 0; i < bytes; ++i) payload[i] = static_cast<std::byte>((number * 31 + i * 7 + (i >> 8)) & 0xff);
  return payload;
}

int write(const std::string& path, std::size_t ring_bytes, uint64_t first, uint64_t count, uint64_t limit) {
  auto writer = testing::must_open(path, ring_bytes);
  for (uint64_t number = first; number < first + count; ++number) {
    const FrameInfo info{.frame_id = number,
                         .keyframe = number % 7 == 0,
                         .codec = Codec::kHevc,
                         .capture_us = static_cast<uint32_t>(number * 16667)};
    const auto header = writer.write(info, pattern(number, (number * 977) % limit));
    if (!header) return std::fprintf(stderr, "%s\n", header.error().message().c_str()), 1;
  }
  return 0;
}

int read(const std::string& path, uint64_t count) {
  RingReader reader({.path = path});
  testing::MemorySink sink;
  FrameHeader header;
  for (uint64_t i = 0; i < count; ++i) {
    const ReadState state = reader.next(sink, header);
    if (state == ReadState::kEmpty) break;
    if (state != ReadState::kFrame) return std::fprintf(stderr, "state %d\n", static_cast<int>(state)), 1;
    if (sink.payload(header) != pattern(header.frame_id, header.size)) return std::fprintf(stderr, "payload\n"), 1;
    std::printf("%" PRIu64 " %" PRIu64 " %u %u %u %u %u\n", header.frame_seq, header.frame_id, header.size,
                header.flags, static_cast<unsigned>(header.codec), header.crc32, header.capture_us);
  }
  return 0;
}

uint64_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "write" && argc == 7)
    return write(argv[2], number(argv[3]), number(argv[4]), number(argv[5]), number(argv[6]));
  if (verb == "read" && argc == 4) return read(argv[2], number(argv[3]));
  std::fprintf(stderr, "usage: ring_tool write PATH RING_BYTES FIRST COUNT LIMIT | read PATH COUNT\n");
  return 2;
}
