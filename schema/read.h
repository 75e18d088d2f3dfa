// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "schema/errc.h"
#include "schema/json_value.h"

// The pieces from which the generated readers are put together: one small function object per kind of member, each of
// which checks everything that the schema says about it. What is read overwrites the caller's value in place, so that
// strings and lists keep their memory.
//
// Errors: a reader returns false and leaves in ReadError what was wrong and where; the value is then half written.

namespace sdr::schema {

/// What was wrong and where. Grows from the inside out while the readers return; allocates only then.
class ReadError {
 public:
  bool fail(Errc code) {
    code_ = code;
    path_.clear();
    return false;
  }
  bool at(std::string_view member) {
    path_.insert(0, path_.empty() || path_.front() == '[' ? "" : ".");
    path_.insert(0, member);
    return false;
  }
  Errc code() const { return code_; }
  Error error() const { return Error(code_, path_); }

 private:
  Errc code_ = Errc::not_json;
  std::string path_;
};

struct Flag {
  bool operator()(JsonValue value, bool& out, ReadError& error) const {
    const auto flag = value.boolean();
    if (!flag) return error.fail(Errc::wrong_kind);
    out = *flag;
    return true;
  }
};

struct Number {
  double min, max;
  bool operator()(JsonValue value, double& out, ReadError& error) const {
    const auto number = value.number();
    if (!number) return error.fail(Errc::wrong_kind);
    if (!std::isfinite(*number) || *number < min || *number > max) return error.fail(Errc::out_of_range);
    out = *number;
    return true;
  }
};

/// Limits lie within +-(2^53 - 1), what a double and so JavaScript holds exactly.
struct Integer {
  int64_t min, max;
  template <typename T>
  bool operator()(JsonValue value, T& out, ReadError& error) const {
    const auto integer = value.integer();
    if (!integer) return error.fail(value.number() ? Errc::out_of_range : Errc::wrong_kind);
    if (*integer < min || *integer > max) return error.fail(Errc::out_of_range);
    out = static_cast<T>(*integer);
    return true;
  }
};

/// A name of a camera, a robot or a policy: [a-z0-9_-]{1,32}, so that it may stand in a path, a subject and a URL.
inline bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

struct Text {
  size_t bytes_max;
  bool operator()(JsonValue value, std::string& out, ReadError& error) const {
    const auto text = value.text();
    if (!text) return error.fail(Errc::wrong_kind);
    if (text->size() > bytes_max) return error.fail(Errc::out_of_range);
    out.assign(*text);
    return true;
  }
};

struct Name {
  bool operator()(JsonValue value, std::string& out, ReadError& error) const {
    const auto text = value.text();
    if (!text) return error.fail(Errc::wrong_kind);
    if (!is_name(*text)) return error.fail(Errc::not_in_list);
    out.assign(*text);
    return true;
  }
};

/// A word of an enum's closed list; `from_text` is generated beside the enum.
struct Word {
  template <typename Enum>
  bool operator()(JsonValue value, Enum& out, ReadError& error) const {
    const auto text = value.text();
    if (!text) return error.fail(Errc::wrong_kind);
    return from_text(*text, out) || error.fail(Errc::not_in_list);
  }
};

/// A type of the schema; `read` is generated for each.
struct Nested {
  template <typename T>
  bool operator()(JsonValue value, T& out, ReadError& error) const {
    return read(value, out, error);
  }
};

template <typename Item>
struct List {
  Item item;
  size_t count_max;
  template <typename T>
  bool operator()(JsonValue value, std::vector<T>& out, ReadError& error) const {
    if (!value.is_array()) return error.fail(Errc::wrong_kind);
    JsonItems items(value);
    size_t count = 0;
    while (const auto element = items.next()) {
      if (count == count_max) return error.fail(Errc::out_of_range);
      if (count == out.size()) out.emplace_back();
      if (!item(*element, out[count], error)) return error.at("[" + std::to_string(count) + "]");
      ++count;
    }
    out.resize(count);
    return true;
  }
};

template <typename Item>
struct Fixed {
  Item item;
  template <typename T, size_t kCount>
  bool operator()(JsonValue value, std::array<T, kCount>& out, ReadError& error) const {
    if (!value.is_array()) return error.fail(Errc::wrong_kind);
    JsonItems items(value);
    for (size_t i = 0; i < kCount; ++i) {
      const auto element = items.next();
      if (!element) return error.fail(Errc::out_of_range);
      if (!item(*element, out[i], error)) return error.at("[" + std::to_string(i) + "]");
    }
    return !items.next() || error.fail(Errc::out_of_range);
  }
};

inline bool is_object(JsonValue value, ReadError& error) { return value.is_object() || error.fail(Errc::wrong_kind); }

template <typename T, typename Reader>
bool required(JsonValue object, std::string_view name, T& out, ReadError& error, Reader reader) {
  const auto member = object.find(name);
  if (!member) {
    error.fail(Errc::missing);
    return error.at(name);
  }
  return reader(*member, out, error) || error.at(name);
}

template <typename T, typename Reader>
bool defaulted(JsonValue object, std::string_view name, T& out, const T& otherwise, ReadError& error, Reader reader) {
  const auto member = object.find(name);
  if (!member) {
    out = otherwise;
    return true;
  }
  return reader(*member, out, error) || error.at(name);
}

/// May be absent; null counts as absent.
template <typename T, typename Reader>
bool optional(JsonValue object, std::string_view name, std::optional<T>& out, ReadError& error, Reader reader) {
  const auto member = object.find(name);
  if (!member || member->is_null()) {
    out.reset();
    return true;
  }
  if (!out) out.emplace();
  if (reader(*member, *out, error)) return true;
  out.reset();  // nothing half read
  return error.at(name);
}

/// Must stand there and may be null.
template <typename T, typename Reader>
bool nullable(JsonValue object, std::string_view name, std::optional<T>& out, ReadError& error, Reader reader) {
  if (object.find(name)) return optional(object, name, out, error, reader);
  error.fail(Errc::missing);
  return error.at(name);
}

/// This thread's parser, for texts that are read and done with at once.
JsonParser& thread_parser();

/// Parses and reads one whole text.
template <typename T>
Status parse_text(std::string_view json, T& out) {
  if (json.size() > kPayloadBytesMax) return Error(Errc::too_large);
  const auto value = thread_parser().parse(json);
  if (!value) return Error(Errc::not_json);
  ReadError error;
  if (!read(*value, out, error)) return error.error();
  return Status();
}

}  // namespace sdr::schema
