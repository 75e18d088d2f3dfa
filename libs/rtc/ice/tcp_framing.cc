// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/tcp_framing.h"

#include <algorithm>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr size_t kHeaderBytes = 2;

size_t length_at(std::span<const uint8_t> header) { return size_t{header[0]} << 8 | header[1]; }

}  // namespace

TcpFrameReader::TcpFrameReader(size_t frame_max) : frame_max_(frame_max), partial_(kHeaderBytes + frame_max) {}

/// Takes from the input until the partial datagram has so many bytes, its length included.
bool TcpFrameReader::fill(size_t size) {
  if (partial_size_ < size) {
    const size_t count = std::min(size - partial_size_, input_.size());
    std::copy_n(input_.begin(), count, partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
    partial_size_ += count;
    input_ = input_.subspan(count);
  }
  return partial_size_ >= size;
}

std::optional<std::span<const uint8_t>> TcpFrameReader::next() {
  while (!broken_) {
    const bool in_place = partial_size_ == 0 && input_.size() >= kHeaderBytes;
    if (!in_place && !fill(kHeaderBytes)) return std::nullopt;
    const size_t length = length_at(in_place ? input_ : partial_);
    broken_ = length > frame_max_;
    if (broken_) break;
    std::span<const uint8_t> frame;
    if (in_place && input_.size() >= kHeaderBytes + length) {
      frame = input_.subspan(kHeaderBytes, length);
      input_ = input_.subspan(kHeaderBytes + length);
    } else {
      if (!fill(kHeaderBytes + length)) return std::nullopt;
      frame = std::span<const uint8_t>(partial_).subspan(kHeaderBytes, length);
      partial_size_ = 0;
    }
    if (!frame.empty()) return frame;
  }
  return std::nullopt;
}

std::array<uint8_t, 2> tcp_frame_header(size_t datagram_bytes) {
  SDR_ASSERT_OP(datagram_bytes, <=, size_t{0xFFFF});
  return {static_cast<uint8_t>(datagram_bytes >> 8), static_cast<uint8_t>(datagram_bytes)};
}

}  // namespace sdr::rtc
