// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "schema/limits.h"

// Read access to parsed JSON, so that the generated readers do not know the library that parses. json_value.cc is the
// only file that does.
//
// Bounds: kPayloadBytesMax per text and kJsonDepthMax levels; a parser grows to the largest text that it has seen and
// then allocates nothing. Of a member that stands twice, the first counts.

namespace sdr::schema {

/// A place in a parsed text. Valid until its parser parses again; copying it copies 16 bytes.
class JsonValue {
 public:
  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  std::optional<bool> boolean() const;
  /// Any JSON number; JSON has no infinities, and one that a double cannot hold does not parse.
  std::optional<double> number() const;
  /// Numbers written without fraction and exponent.
  std::optional<int64_t> integer() const;
  std::optional<uint64_t> unsigned_integer() const;
  std::optional<std::string_view> text() const;
  /// A member of an object.
  std::optional<JsonValue> find(std::string_view key) const;

 private:
  friend class JsonParser;
  friend class JsonItems;
  alignas(8) std::array<std::byte, 16> place_;
};

/// The elements of an array, one after the other.
class JsonItems {
 public:
  explicit JsonItems(JsonValue array);
  std::optional<JsonValue> next();

 private:
  std::array<JsonValue, 2> range_;  // the next element and the end
};

/// Thread: one at a time; values belong to the thread that parses. About ten times the largest text in memory.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  /// The whole text as one value; nothing where it is not JSON, not UTF-8, too large or too deep.
  std::optional<JsonValue> parse(std::string_view json);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sdr::schema
