// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/json_writer.h"

// How the generated writers put a member's value down, by its C++ type. Allocates only where the writer's text grows.

namespace sdr::schema {

template <typename T>
void write_value(JsonWriter& json, const T& value);

template <typename Items>
void write_items(JsonWriter& json, const Items& items) {
  json.begin_array();
  for (const auto& item : items) write_value(json, item);
  json.end_array();
}

template <typename T>
void write_value(JsonWriter& json, const std::vector<T>& items) {
  write_items(json, items);
}

template <typename T, size_t kCount>
void write_value(JsonWriter& json, const std::array<T, kCount>& items) {
  write_items(json, items);
}

template <typename T>
void write_value(JsonWriter& json, const std::optional<T>& value) {
  if (value) {
    write_value(json, *value);
  } else {
    json.null();
  }
}

template <typename T>
void write_value(JsonWriter& json, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    json.value(to_text(value));
  } else if constexpr (std::is_arithmetic_v<T> || std::is_convertible_v<T, std::string_view>) {
    json.value(value);
  } else {
    write(json, value);
  }
}

template <typename T>
void write_member(JsonWriter& json, std::string_view name, const T& value) {
  json.key(name);
  write_value(json, value);
}

/// Leaves the member out where there is nothing.
template <typename T>
void write_present(JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  if (value) write_member(json, name, *value);
}

}  // namespace sdr::schema
