// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "frames/layout.h"
#include "frames/recovery.h"
#include "frames/ring_reader.h"

// Any bytes as a ring's file. The first input byte chooses whether magic, version and size are made sound, so that the
// reader gets past its first look, and whether checksums are checked; the next ones are the trailer's fields and the
// rest is laid over the file from its start. Whatever stands there, no call may crash, read outside the mapping, go on
// for ever, or ask for memory that no frame of this ring can need.

namespace {

using sdr::frames::FrameHeader;

constexpr std::size_t kRingBytes = sdr::frames::kMinRingBytes;
constexpr std::size_t kTrailerAt = kRingBytes - sdr::frames::kTrailerBytes;
constexpr std::size_t kTrailerUsed = 136;
constexpr int kCalls = 6;

// Memory of exactly the frame's size, so that the address sanitizer sees a byte too many.
class ExactSink final : public sdr::frames::FrameSink {
 public:
  std::byte* payload_buffer(const FrameHeader& header) override {
    if (header.size > sdr::frames::data_bytes(kRingBytes)) std::abort();
    memory_ = std::vector<std::byte>(std::max<std::size_t>(header.size, 1));
    return memory_.data();
  }

 private:
  std::vector<std::byte> memory_;
};

std::vector<uint8_t> ring_image(const uint8_t* data, std::size_t size, bool sound) {
  std::vector<uint8_t> image(kRingBytes);
  const std::size_t trailer = std::min(size, kTrailerUsed);
  std::copy_n(data, trailer, image.begin() + kTrailerAt);
  std::copy_n(data + trailer, std::min(size - trailer, kTrailerAt), image.begin());
  if (sound) {
    const uint64_t data_size = sdr::frames::data_bytes(kRingBytes);
    std::memcpy(&image[kTrailerAt + sdr::frames::kMagicAt], &sdr::frames::kMagic, 8);
    std::memcpy(&image[kTrailerAt + sdr::frames::kVersionAt], &sdr::frames::kVersion, 4);
    std::memcpy(&image[kTrailerAt + sdr::frames::kDataSizeAt], &data_size, 8);
  }
  return image;
}

// One file for all inputs, gone from its folder when the process ends.
int ring_file(std::string& path) {
  static std::string name = "/dev/shm/sdr-fuzz-ring-XXXXXX";
  static const int fd = [] {
    const int made = ::mkstemp(name.data());
    if (made < 0) std::abort();
    std::atexit([] { ::unlink(name.c_str()); });
    return made;
  }();
  path = name;
  return fd;
}

// A writer that finds this ring must either see that it is none, or go on at a place that is one.
void take_over(int fd) {
  const auto memory = sdr::frames::RingMemory::map(fd, kRingBytes, sdr::frames::Access::kRead);
  if (!memory) std::abort();
  const auto position = sdr::frames::recover(*memory);
  if (!position) return;
  const bool sound = position->next % 8 == 0 && position->next <= sdr::frames::align8(position->reserved) &&
                     position->reserved < sdr::frames::kMaxPosition;
  if (!sound) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto image = ring_image(data + 1, size - 1, (data[0] & 1) != 0);
  std::string path;
  const int fd = ring_file(path);
  if (::pwrite(fd, image.data(), image.size(), 0) != static_cast<ssize_t>(image.size())) std::abort();
  sdr::frames::RingReader reader({.path = path, .check_crc = (data[0] & 2) != 0, .spin = std::chrono::microseconds(0)});
  take_over(fd);
  ExactSink sink;
  FrameHeader header;
  for (int i = 0; i < kCalls; ++i) {
    (void)reader.next(sink, header);
    (void)reader.latest(sink, header);
    if (i == kCalls / 2) (void)reader.newest_keyframe(sink, header);
    (void)reader.wait(std::chrono::nanoseconds(0));
    (void)reader.backlog();
    (void)reader.writer_state();
  }
  return 0;
}
