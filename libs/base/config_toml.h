// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sdr {

/// One `key = value` of a TOML file; keys inside tables are joined by dots. Only the kinds that options have.
struct TomlEntry {
  std::string key;
  std::variant<std::monostate, std::string, double, bool, std::vector<std::string>> value;
  std::string text;  // the value as people would write it, for error messages
  uint32_t line = 0;
};

/// Reads a TOML 1.0 file in the order of its lines. Throws ConfigError that names file and line.
std::vector<TomlEntry> read_toml(const std::string& path);

}  // namespace sdr
