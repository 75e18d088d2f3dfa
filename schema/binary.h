// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schema/errc.h"

// Little-endian numbers in and out of bytes, for the generated wire.cc: bounds are checked here and nowhere else.
//
// Errors: a BinaryReader that failed once stays failed and hands out zeros; the first reason counts.

namespace sdr::schema {

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
}
inline void put(std::string& out, float value) { put(out, std::bit_cast<uint32_t>(value)); }

class BinaryReader {
 public:
  BinaryReader(std::span<const uint8_t> bytes, uint8_t type) : left_(bytes) {
    uint8_t first = 0;
    get(first);
    if (ok_ && first != type) fail(Errc::not_in_list);
  }

  bool ok() const { return ok_; }
  Errc code() const { return code_; }

  template <std::unsigned_integral T>
  void get(T& value) {
    const auto bytes = take(sizeof(T));
    uint64_t sum = 0;
    for (size_t i = bytes.size(); i-- > 0;) sum = sum << 8 | bytes[i];
    value = static_cast<T>(sum);
  }
  void get(float& value) {
    uint32_t bits = 0;
    get(bits);
    value = std::bit_cast<float>(bits);
  }
  std::string_view text16(size_t bytes_max) {
    uint16_t size = 0;
    get(size);
    if (size > bytes_max) fail(Errc::out_of_range);
    return as_text(take(size));
  }
  std::string_view rest(size_t bytes_max) {
    if (left_.size() > bytes_max) fail(Errc::too_large);
    return as_text(take(left_.size()));
  }
  template <size_t kCount>
  void list8(uint8_t& count, std::array<float, kCount>& values) {
    get(count);
    check(count <= kCount);
    for (size_t i = 0; ok_ && i < count; ++i) {
      get(values[i]);
      check(std::isfinite(values[i]));
    }
  }
  void check(bool condition) {
    if (!condition) fail(Errc::out_of_range);
  }
  void expect_end() {
    if (!left_.empty()) fail(Errc::trailing_bytes);
  }

 private:
  void fail(Errc code) {
    if (ok_) code_ = code;
    ok_ = false;
  }
  std::span<const uint8_t> take(size_t count) {
    if (count > left_.size()) fail(Errc::truncated);
    if (!ok_) return {};
    const auto taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  static std::string_view as_text(std::span<const uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  std::span<const uint8_t> left_;
  bool ok_ = true;
  Errc code_ = Errc::truncated;
};

}  // namespace sdr::schema
