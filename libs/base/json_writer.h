// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

// Writes JSON (RFC 8259) at the end of a string that the caller keeps and reuses, so that nothing is allocated once the
// string has grown. Commas and quotes are its business; the order of calls is the caller's, and is asserted.
//
// Thread: one at a time. Bounds: 32 levels deep. Numbers that JSON cannot hold (NaN, infinity) become null; bytes that
// are not UTF-8 become U+FFFD.

namespace sdr {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool flag);
  void value(double number);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) void value(Integer number) {
    if constexpr (std::signed_integral<Integer>) {
      signed_value(number);
    } else {
      unsigned_value(number);
    }
  }
  void null();
  /// A value that is JSON already.
  void raw(std::string_view json);

  template <typename T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);
  void signed_value(int64_t number);
  void unsigned_value(uint64_t number);
  void quote(std::string_view text);

  std::string& out_;
  uint32_t depth_ = 0;
  uint32_t nonempty_ = 0;  // bit n: something stands at depth n already
  bool after_key_ = false;
};

}  // namespace sdr
