// SPDX-License-Identifier: Apache-2.0
#include "schema/json_value.h"

#include <simdjson.h>

#include <bit>
#include <type_traits>

#include "base/assert.h"

namespace sdr::schema {
namespace {

using simdjson::dom::element;
using ArrayPlace = simdjson::dom::array::iterator;
using Place = std::array<std::byte, 16>;

// A DOM element is a pointer to the document and an index; values of ours carry these bytes.
static_assert(sizeof(element) == sizeof(Place) && std::is_trivially_copyable_v<element>);
static_assert(sizeof(ArrayPlace) == sizeof(Place) && std::is_trivially_copyable_v<ArrayPlace>);

constexpr size_t kFirstCapacityBytes = 4096;

template <typename T>
std::optional<T> get(const Place& place) {
  T value;
  if (std::bit_cast<element>(place).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

bool JsonValue::is_null() const { return std::bit_cast<element>(place_).is_null(); }
bool JsonValue::is_object() const { return std::bit_cast<element>(place_).is_object(); }
bool JsonValue::is_array() const { return std::bit_cast<element>(place_).is_array(); }
std::optional<bool> JsonValue::boolean() const { return get<bool>(place_); }
std::optional<double> JsonValue::number() const { return get<double>(place_); }
std::optional<int64_t> JsonValue::integer() const { return get<int64_t>(place_); }
std::optional<uint64_t> JsonValue::unsigned_integer() const { return get<uint64_t>(place_); }
std::optional<std::string_view> JsonValue::text() const { return get<std::string_view>(place_); }

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  element member;
  if (std::bit_cast<element>(place_).at_key(key).get(member) != simdjson::SUCCESS) return std::nullopt;
  JsonValue value;
  value.place_ = std::bit_cast<Place>(member);
  return value;
}

JsonItems::JsonItems(JsonValue array) {
  simdjson::dom::array elements;
  const auto error = std::bit_cast<element>(array.place_).get(elements);
  SDR_ASSERT(error == simdjson::SUCCESS, "not an array");
  range_[0].place_ = std::bit_cast<Place>(elements.begin());
  range_[1].place_ = std::bit_cast<Place>(elements.end());
}

std::optional<JsonValue> JsonItems::next() {
  auto at = std::bit_cast<ArrayPlace>(range_[0].place_);
  if (at == std::bit_cast<ArrayPlace>(range_[1].place_)) return std::nullopt;
  JsonValue value;
  value.place_ = std::bit_cast<Place>(*at);
  range_[0].place_ = std::bit_cast<Place>(++at);
  return value;
}

struct JsonParser::Impl {
  simdjson::dom::parser parser{kPayloadBytesMax};
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {
  const auto error = impl_->parser.allocate(kFirstCapacityBytes, kJsonDepthMax);
  SDR_ASSERT(error == simdjson::SUCCESS, "no memory for a JSON parser");
}

JsonParser::~JsonParser() = default;

std::optional<JsonValue> JsonParser::parse(std::string_view json) {
  if (json.empty() || json.size() > kPayloadBytesMax) return std::nullopt;
  element root;
  if (impl_->parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  JsonValue value;
  value.place_ = std::bit_cast<Place>(root);
  return value;
}

}  // namespace sdr::schema
