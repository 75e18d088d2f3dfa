// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "robot/description.h"

// One table of a TOML file, read strictly: each key is asked for by kind and range, and finish() refuses what nobody
// asked for. Internal to description.cc; throws Malformed, which read_description() turns into an Error.

namespace sdr::robot {

struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string place) : table_(table), place_(std::move(place)) {}

  std::string text(std::string_view key) {
    const toml::node& node = require(key, "a text");
    if (!node.is_string()) fail(key, "a text", &node);
    return *node.value<std::string>();
  }
  std::string text_or(std::string_view key, std::string fallback) {
    return table_.contains(key) ? text(key) : std::move(fallback);
  }

  double number(std::string_view key, double least, double most) {
    const toml::node& node = require(key, "a number");
    return in_range(key, node, least, most);
  }
  double number_or(std::string_view key, double least, double most, double fallback) {
    return table_.contains(key) ? number(key, least, most) : fallback;
  }

  std::vector<std::string> texts(std::string_view key) {
    const toml::array* array = require(key, "a list of texts").as_array();
    if (array == nullptr) fail(key, "a list of texts", nullptr);
    std::vector<std::string> list;
    for (const toml::node& item : *array) {
      if (!item.is_string()) fail(key, "a list of texts", &item);
      list.push_back(*item.value<std::string>());
    }
    return list;
  }
  std::vector<std::string> texts_or_none(std::string_view key) {
    return table_.contains(key) ? texts(key) : std::vector<std::string>();
  }

  Vec3 vector(std::string_view key, double least, double most) {
    const toml::array* array = require(key, "three numbers").as_array();
    if (array == nullptr || array->size() != 3) fail(key, "three numbers", nullptr);
    Vec3 out;
    for (size_t i = 0; i < 3; ++i) out[i] = in_range(key, (*array)[i], least, most);
    return out;
  }

  TomlTable table(std::string_view key) {
    const toml::table* inner = require(key, "a table").as_table();
    if (inner == nullptr) fail(key, "a table", nullptr);
    return TomlTable(*inner, place_ + "." + std::string(key));
  }
  bool has(std::string_view key) const { return table_.contains(key); }

  std::vector<TomlTable> tables(std::string_view key) {
    const toml::array* array = require(key, "a list of tables").as_array();
    if (array == nullptr) fail(key, "a list of tables", nullptr);
    std::vector<TomlTable> list;
    for (size_t i = 0; i < array->size(); ++i) {
      const toml::table* inner = (*array)[i].as_table();
      if (inner == nullptr) fail(key, "a list of tables", &(*array)[i]);
      list.emplace_back(*inner, place_ + "." + std::string(key) + "[" + std::to_string(i) + "]");
    }
    return list;
  }

  /// Every key has been asked for, or there is one too many.
  void finish() const {
    for (const auto& [key, node] : table_) {
      if (!known_.contains(std::string(key.str()))) fail(key.str(), "no such key", &node);
    }
  }

  [[noreturn]] void fail(std::string_view key, std::string_view expected, const toml::node* node) const {
    std::ostringstream text;
    if (const auto line = (node != nullptr ? node->source() : table_.source()).begin.line; line > 0) {
      text << "line " << line << ": ";
    }
    text << place_ << (place_.empty() ? "" : ".") << key << ": expected " << expected;
    throw Malformed(text.str());
  }

 private:
  const toml::node& require(std::string_view key, std::string_view expected) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) fail(key, expected, nullptr);
    return *node;
  }

  double in_range(std::string_view key, const toml::node& node, double least, double most) const {
    const bool numeric = node.is_number();
    const double number = numeric ? *node.value<double>() : 0.0;
    if (numeric && number >= least && number <= most) return number;
    std::ostringstream expected;
    expected << "a number from " << least << " to " << most;
    fail(key, expected.str(), &node);
  }

  const toml::table& table_;
  std::string place_;
  std::set<std::string> known_;
};

}  // namespace sdr::robot
