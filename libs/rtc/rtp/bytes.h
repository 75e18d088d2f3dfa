// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

// Network byte order within bounds. A reader or writer that would leave its span does nothing from then on and says so
// in `ok()`: a parser reads a whole structure and asks once.
//
// Thread: any; value types.

namespace sdr::rtc {

class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(unsigned_of(1)); }
  uint16_t u16() { return static_cast<uint16_t>(unsigned_of(2)); }
  uint32_t u24() { return static_cast<uint32_t>(unsigned_of(3)); }
  uint32_t u32() { return static_cast<uint32_t>(unsigned_of(4)); }
  uint64_t u64() { return unsigned_of(8); }
  /// The next `count` bytes; empty where there are not so many.
  std::span<const uint8_t> take(size_t count) {
    if (!has(count)) return {};
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  std::span<const uint8_t> rest() { return take(remaining()); }

  size_t remaining() const { return bytes_.size() - position_; }
  bool ok() const { return ok_; }

 private:
  bool has(size_t count) {
    ok_ = ok_ && count <= remaining();
    return ok_;
  }
  uint64_t unsigned_of(size_t count) {
    uint64_t value = 0;
    for (const uint8_t byte : take(count)) value = value << 8 | byte;
    return value;
  }

  std::span<const uint8_t> bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(std::span<uint8_t> bytes) : bytes_(bytes) {}

  void u8(uint8_t value) { unsigned_to(value, 1); }
  void u16(uint16_t value) { unsigned_to(value, 2); }
  void u24(uint32_t value) { unsigned_to(value, 3); }
  void u32(uint32_t value) { unsigned_to(value, 4); }
  void u64(uint64_t value) { unsigned_to(value, 8); }
  void bytes(std::span<const uint8_t> source) {
    if (has(source.size())) std::copy(source.begin(), source.end(), take(source.size()));
  }
  void zeros(size_t count) {
    if (has(count)) std::fill_n(take(count), count, uint8_t{0});
  }
  /// Overwrites two bytes that were written before.
  void u16_at(size_t position, uint16_t value) {
    if (position + 2 > position_) return;
    bytes_[position] = static_cast<uint8_t>(value >> 8);
    bytes_[position + 1] = static_cast<uint8_t>(value);
  }

  size_t size() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool ok() const { return ok_; }

 private:
  bool has(size_t count) {
    ok_ = ok_ && count <= remaining();
    return ok_;
  }
  uint8_t* take(size_t count) {
    uint8_t* const place = bytes_.data() + position_;
    position_ += count;
    return place;
  }
  void unsigned_to(uint64_t value, size_t count) {
    if (!has(count)) return;
    uint8_t* const place = take(count);
    for (size_t i = 0; i < count; ++i) place[i] = static_cast<uint8_t>(value >> (8 * (count - 1 - i)));
  }

  std::span<uint8_t> bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace sdr::rtc
