// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "base/assert.h"
#include "base/config_toml.h"

extern char** environ;

namespace sdr {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string flag_of(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string shown_number(double number) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

}  // namespace

Options::Options(std::string service) : service_(std::move(service)), prefix_(upper(service_) + "_") {}

void Options::add(std::string key, std::string* value, OptionInfo info) {
  add_option(std::move(key), Kind::text, value, std::move(info));
}
void Options::add(std::string key, int64_t* value, OptionInfo info) {
  add_option(std::move(key), Kind::integer, value, std::move(info));
}
void Options::add(std::string key, double* value, OptionInfo info) {
  add_option(std::move(key), Kind::number, value, std::move(info));
}
void Options::add(std::string key, bool* value, OptionInfo info) {
  add_option(std::move(key), Kind::boolean, value, std::move(info));
}
void Options::add(std::string key, std::vector<std::string>* value, OptionInfo info) {
  add_option(std::move(key), Kind::list, value, std::move(info));
}

void Options::add_option(std::string key, Kind kind, void* value, OptionInfo info) {
  SDR_ASSERT(find(key) == nullptr, "option defined twice: " + key);
  if (info.env.empty()) info.env = prefix_ + upper(key);
  options_.push_back({std::move(key), kind, value, std::move(info)});
}

Options::Option* Options::find(std::string_view key) {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& o) { return o.key == key; });
  return found == options_.end() ? nullptr : &*found;
}

Options::Option& Options::known(std::string_view key, const std::string& where) {
  Option* option = find(key);
  if (option == nullptr) throw ConfigError(where + ": unknown key '" + std::string(key) + "'");
  return *option;
}

void Options::fail(const std::string& where, const std::string& key, const std::string& expected,
                   const std::string& got) {
  throw ConfigError(where + ": " + key + ": expected " + expected + ", got '" + got + "'");
}

std::string Options::expected(const Option& option) {
  if (!option.info.choices.empty()) return join(option.info.choices, " or ");
  switch (option.kind) {
    case Kind::text:
      return "text";
    case Kind::boolean:
      return "true or false";
    case Kind::list:
      return "a list of texts";
    case Kind::integer:
    case Kind::number:
      break;
  }
  std::string text = option.kind == Kind::integer ? "a whole number" : "a number";
  const bool below = std::isfinite(option.info.least), above = std::isfinite(option.info.most);
  if (below && above)
    return text + " from " + shown_number(option.info.least) + " to " + shown_number(option.info.most);
  if (below) return text + ", " + shown_number(option.info.least) + " at least";
  if (above) return text + ", " + shown_number(option.info.most) + " at most";
  return text;
}

void Options::set_number(Option& option, const std::string& where, double number) {
  const bool whole = option.kind != Kind::integer || (number == std::floor(number) && std::abs(number) < 9e15);
  if (!std::isfinite(number) || !whole || number < option.info.least || number > option.info.most) {
    fail(where, option.key, expected(option), shown_number(number));
  }
  if (option.kind == Kind::integer) {
    *static_cast<int64_t*>(option.value) = static_cast<int64_t>(number);
  } else {
    *static_cast<double*>(option.value) = number;
  }
}

void Options::set_value(Option& option, const std::string& where, std::string text) {
  const auto& choices = option.info.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    fail(where, option.key, expected(option), text);
  }
  *static_cast<std::string*>(option.value) = std::move(text);
}

// A value as the environment and the flags give it.
void Options::set_text(Option& option, const std::string& where, const std::string& text) {
  switch (option.kind) {
    case Kind::text:
      set_value(option, where, text);
      break;
    case Kind::list:
      *static_cast<std::vector<std::string>*>(option.value) = split(text);
      break;
    case Kind::boolean:
      if (text != "true" && text != "false" && text != "1" && text != "0")
        fail(where, option.key, expected(option), text);
      *static_cast<bool*>(option.value) = text == "true" || text == "1";
      break;
    case Kind::integer:
    case Kind::number: {
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size()) fail(where, option.key, expected(option), text);
      set_number(option, where, number);
      break;
    }
  }
  option.from = where;
}

void Options::read_file(const std::string& path) {
  for (TomlEntry& entry : read_toml(path)) {
    const std::string where = path + ":" + std::to_string(entry.line);
    Option& option = known(entry.key, where);
    const bool numeric = option.kind == Kind::integer || option.kind == Kind::number;
    if (option.kind == Kind::text && std::holds_alternative<std::string>(entry.value)) {
      set_value(option, where, std::get<std::string>(std::move(entry.value)));
    } else if (option.kind == Kind::boolean && std::holds_alternative<bool>(entry.value)) {
      *static_cast<bool*>(option.value) = std::get<bool>(entry.value);
    } else if (numeric && std::holds_alternative<double>(entry.value)) {
      set_number(option, where, std::get<double>(entry.value));
    } else if (option.kind == Kind::list && std::holds_alternative<std::vector<std::string>>(entry.value)) {
      *static_cast<std::vector<std::string>*>(option.value) =
          std::get<std::vector<std::string>>(std::move(entry.value));
    } else {
      fail(where, option.key, expected(option), entry.text);
    }
    option.from = where;
  }
}

void Options::read_environment(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    const auto is_named = [&wanted = name](const Option& o) { return o.info.env == wanted; };
    const auto found = std::find_if(options_.begin(), options_.end(), is_named);
    if (found != options_.end()) {
      set_text(*found, "environment: " + name, value);
    } else if (name.starts_with(prefix_)) {
      throw ConfigError("environment: " + name + ": " + service_ + " has no such option");
    }
  }
}

Options::Outcome Options::read_flags(const std::vector<std::string>& arguments) {
  bool print_config = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--print-config") {
      print_config = true;
      continue;
    }
    const size_t equals = name.find('=');
    std::string value = equals == std::string::npos ? "" : name.substr(equals + 1);
    name = name.substr(0, equals);
    if (!name.starts_with("--")) throw ConfigError("command line: unexpected argument '" + name + "' (see --help)");
    std::string key = name.substr(2);
    std::replace(key.begin(), key.end(), '-', '_');
    const bool is_file = key == "config";
    if (!is_file && find(key) == nullptr) throw ConfigError("command line: unknown flag '" + name + "' (see --help)");
    const bool bare = !is_file && find(key)->kind == Kind::boolean;
    if (equals == std::string::npos && !bare) {
      if (++i == arguments.size()) throw ConfigError("command line: " + name + ": a value is missing");
      value = arguments[i];
    }
    if (!is_file) set_text(*find(key), "command line", equals == std::string::npos && bare ? "true" : value);
  }
  if (!print_config) return Outcome::run;
  std::fputs(print().c_str(), stdout);
  return Outcome::exit;
}

Options::Outcome Options::load(int argc, const char* const* argv) {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return load(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), environment);
}

Options::Outcome Options::load(const std::vector<std::string>& arguments, const Environment& environment) {
  std::string file;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--help") {
      std::fputs(help().c_str(), stdout);
      return Outcome::exit;
    }
    if (arguments[i].starts_with("--config=")) file = arguments[i].substr(9);
    if (arguments[i] == "--config" && i + 1 < arguments.size()) file = arguments[i + 1];
  }
  const std::string usual = "configs/" + service_.substr(service_.find('-') + 1) + ".toml";
  if (!file.empty()) {
    read_file(file);
  } else if (std::filesystem::exists(usual)) {
    read_file(usual);
  }
  read_environment(environment);
  return read_flags(arguments);
}

std::string Options::show(const Option& option) {
  switch (option.kind) {
    case Kind::text: {
      const auto& text = *static_cast<const std::string*>(option.value);
      return option.info.secret && !text.empty() ? "\"(hidden)\"" : "\"" + text + "\"";
    }
    case Kind::list: {
      const auto& list = *static_cast<const std::vector<std::string>*>(option.value);
      if (list.empty()) return "[]";
      return option.info.secret ? "[\"(hidden)\"]" : "[\"" + join(list, "\", \"") + "\"]";
    }
    case Kind::boolean:
      return *static_cast<const bool*>(option.value) ? "true" : "false";
    case Kind::integer:
      return std::to_string(*static_cast<const int64_t*>(option.value));
    case Kind::number:
      return shown_number(*static_cast<const double*>(option.value));
  }
  return {};
}

std::string Options::print() const {
  std::string text;
  for (const Option& option : options_) text += option.key + " = " + show(option) + "  # " + option.from + "\n";
  return text;
}

std::string Options::help() const {
  std::string text = "usage: " + service_ + " [--config FILE] [--print-config] [flags]\n\n";
  for (const Option& option : options_) {
    text += "  " + flag_of(option.key) + "  (" + expected(option) + "; " + option.info.env + "; default " +
            show(option) + ")\n      " + option.info.help + "\n";
  }
  return text;
}

}  // namespace sdr
