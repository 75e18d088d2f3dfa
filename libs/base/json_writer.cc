// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace sdr {
namespace {

constexpr uint32_t kDepthMax = 31;

// The bytes of the UTF-8 sequence (RFC 3629) that begins here, 0 where none does.
size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const size_t left = text.size() - at;
  const auto tail = [&](size_t i) { return i < left && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    const bool overlong = first == 0xe0 && byte(1) < 0xa0, surrogate = first == 0xed && byte(1) > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const bool overlong = first == 0xf0 && byte(1) < 0x90, too_large = first == 0xf4 && byte(1) > 0x8f;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

template <typename Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (nonempty_ >> depth_ & 1) out_ += ',';
  nonempty_ |= uint32_t{1} << depth_;
}

void JsonWriter::open(char bracket) {
  separate();
  SDR_ASSERT_OP(depth_, <, kDepthMax);
  ++depth_;
  nonempty_ &= ~(uint32_t{1} << depth_);
  out_ += bracket;
}

void JsonWriter::close(char bracket) {
  SDR_ASSERT(depth_ > 0 && !after_key_, "JSON closed where nothing is open");
  --depth_;
  out_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  SDR_ASSERT(!after_key_, "a JSON key after a key");
  separate();
  quote(name);
  out_ += ':';
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quote(text);
}

void JsonWriter::value(bool flag) { raw(flag ? "true" : "false"); }

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  append_number(out_, number);
}

void JsonWriter::signed_value(int64_t number) {
  separate();
  append_number(out_, number);
}

void JsonWriter::unsigned_value(uint64_t number) {
  separate();
  append_number(out_, number);
}

void JsonWriter::null() { raw("null"); }

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out_ += '"';
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
      ++i;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out_ += "\\u00";
      out_ += kHex[c >> 4];
      out_ += kHex[c & 15];
      ++i;
    } else if (const size_t length = utf8_length(text, i); length > 0) {
      out_ += text.substr(i, length);
      i += length;
    } else {
      out_ += "\xef\xbf\xbd";
      ++i;
    }
  }
  out_ += '"';
}

}  // namespace sdr
