// SPDX-License-Identifier: Apache-2.0
#include "base/config_toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/config.h"

namespace sdr {
namespace {

TomlEntry entry_of(std::string key, const toml::node& node) {
  TomlEntry entry{.key = std::move(key), .value = {}, .text = {}, .line = node.source().begin.line};
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  entry.text = text.str();
  if (node.is_string()) {
    entry.text = *node.value<std::string>();
    entry.value = entry.text;
  } else if (node.is_boolean()) {
    entry.value = *node.value<bool>();
  } else if (node.is_number()) {
    entry.value = *node.value<double>();
  } else if (const toml::array* array = node.as_array();
             array != nullptr && (array->empty() || array->is_homogeneous<std::string>())) {
    std::vector<std::string> list;
    for (const toml::node& item : *array) list.push_back(*item.value<std::string>());
    entry.value = std::move(list);
  }
  return entry;
}

void collect(const toml::table& table, const std::string& prefix, std::vector<TomlEntry>& entries) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      collect(*inner, name + ".", entries);
    } else {
      entries.push_back(entry_of(name, node));
    }
  }
}

}  // namespace

std::vector<TomlEntry> read_toml(const std::string& path) {
  std::vector<TomlEntry> entries;
  try {
    collect(toml::parse_file(path), "", entries);
  } catch (const toml::parse_error& error) {
    std::ostringstream line;
    line << error.source().begin.line;
    throw ConfigError(path + ":" + line.str() + ": " + std::string(error.description()));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return entries;
}

}  // namespace sdr
