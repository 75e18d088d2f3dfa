// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/file_descriptor.h"
#include "base/testing/temporary_folder.h"
#include "frames/layout.h"
#include "frames/ring_reader.h"
#include "frames/ring_writer.h"

// What the tests, fuzzers and benchmarks of the ring share: payloads that tell whose they are, a sink, and a way to
// write any byte of a ring's file behind everybody's back.

namespace sdr::frames::testing {

/// Bytes that follow from the number and the length, so that a mixture of two frames is found out even without a CRC.
inline std::vector<std::byte> make_payload(uint64_t number, std::size_t bytes) {
  std::vector<std::byte> payload(bytes);
  uint64_t state = number * 0x9e3779b97f4a7c15 + bytes;
  for (std::byte& byte : payload) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::byte>(state >> 56);
  }
  return payload;
}

/// Keeps the last frame's payload. Memory for the largest frame is there from the start.
class MemorySink final : public FrameSink {
 public:
  explicit MemorySink(std::size_t capacity = std::size_t{4} << 20) : memory_(capacity) {}

  std::byte* payload_buffer(const FrameHeader& header) override {
    ++asked_;
    return header.size <= limit_ && header.size <= memory_.size() ? memory_.data() : nullptr;
  }
  std::vector<std::byte> payload(const FrameHeader& header) const {
    return {memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(header.size)};
  }
  const std::byte* data() const { return memory_.data(); }
  uint64_t asked() const { return asked_; }
  void refuse_above(std::size_t limit) { limit_ = limit; }

 private:
  std::vector<std::byte> memory_;
  std::size_t limit_ = SIZE_MAX;
  uint64_t asked_ = 0;
};

/// Overwrites bytes of a file.
inline void poke(const std::string& path, std::size_t at, const void* bytes, std::size_t count) {
  const FileDescriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const ssize_t written = ::pwrite(fd.get(), bytes, count, static_cast<off_t>(at));
  SDR_ASSERT(written == static_cast<ssize_t>(count), path);
}

template <typename T>
void poke(const std::string& path, std::size_t at, T value) {
  poke(path, at, &value, sizeof(value));
}

template <typename T>
T peek(const std::string& path, std::size_t at) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  T value{};
  SDR_ASSERT(::pread(fd.get(), &value, sizeof(value), static_cast<off_t>(at)) == sizeof(value), path);
  return value;
}

inline constexpr std::size_t kSmallRing = 3 * 4096;  // a data region of 8176 bytes

inline std::size_t trailer_at(std::size_t offset, std::size_t ring_bytes = kSmallRing) {
  return ring_bytes - kTrailerBytes + offset;
}

/// Opens a writer or ends the test with the reason.
inline RingWriter must_open(const std::string& path, std::size_t ring_bytes = kSmallRing, const Clock* clock = nullptr,
                            std::string hint = {}) {
  auto writer =
      RingWriter::open({.path = path, .ring_bytes = ring_bytes, .hint_address = std::move(hint), .clock = clock});
  SDR_ASSERT(writer.ok(), writer.ok() ? "" : writer.error().message());
  return std::move(*writer);
}

/// Writes frame `number`, whose payload and frame_id follow from the number.
inline FrameHeader must_write(RingWriter& writer, uint64_t number, std::size_t bytes, bool keyframe = false) {
  const auto payload = make_payload(number, bytes);
  auto header = writer.write({.frame_id = number, .keyframe = keyframe, .capture_us = 7}, payload);
  SDR_ASSERT(header.ok(), header.ok() ? "" : header.error().message());
  return *header;
}

}  // namespace sdr::frames::testing
