// SPDX-License-Identifier: Apache-2.0
#include "video/rbsp.h"

#include <bit>

#include "base/assert.h"

namespace sdr::video {

std::vector<uint8_t> without_emulation_prevention(std::span<const uint8_t> bytes) {
  std::vector<uint8_t> out;
  out.reserve(bytes.size());
  size_t zeros = 0;
  for (const uint8_t byte : bytes) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

void append_with_emulation_prevention(std::span<const uint8_t> bytes, std::vector<uint8_t>& out) {
  size_t zeros = 0;
  for (const uint8_t byte : bytes) {
    if (zeros >= 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
}

uint32_t BitReader::bits(unsigned count) {
  SDR_ASSERT_OP(count, <=, 32u);
  if (!ok_ || count > bytes_.size() * 8 - position_) {
    ok_ = false;
    return 0;
  }
  uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i, ++position_) {
    value = value << 1 | (bytes_[position_ / 8] >> (7 - position_ % 8) & 1u);
  }
  return value;
}

uint32_t BitReader::ue() {
  unsigned zeros = 0;
  while (ok_ && !flag()) {
    if (++zeros > 31) ok_ = false;
  }
  return ok_ ? (1u << zeros) - 1 + bits(zeros) : 0;
}

void BitReader::skip(size_t count) {
  if (!ok_ || count > bytes_.size() * 8 - position_) {
    ok_ = false;
    return;
  }
  position_ += count;
}

void BitWriter::bits(uint32_t value, unsigned count) {
  SDR_ASSERT_OP(count, <=, 32u);
  for (unsigned i = count; i-- > 0; ++count_) {
    if (count_ % 8 == 0) bytes_.push_back(0);
    bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> i & 1u) << (7 - count_ % 8));
  }
}

void BitWriter::ue(uint32_t value) {
  SDR_ASSERT_OP(value, <, UINT32_MAX);
  const auto length = static_cast<unsigned>(std::bit_width(value + 1));
  bits(0, length - 1);
  bits(value + 1, length);
}

void BitWriter::copy(std::span<const uint8_t> bytes, size_t from, size_t to) {
  SDR_ASSERT_OP(to, <=, bytes.size() * 8);
  for (size_t i = from; i < to; ++i) bits(bytes[i / 8] >> (7 - i % 8) & 1u, 1);
}

void BitWriter::finish() {
  flag(true);
  while (count_ % 8 != 0) flag(false);
}

size_t stop_bit_position(std::span<const uint8_t> bytes) {
  for (size_t i = bytes.size(); i-- > 0;) {
    if (bytes[i] != 0) return i * 8 + 7 - static_cast<size_t>(std::countr_zero(bytes[i]));
  }
  return SIZE_MAX;
}

}  // namespace sdr::video
