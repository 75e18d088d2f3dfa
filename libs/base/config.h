// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// A service's options, each defined once with its type, range and default: read from a TOML file, then the environment,
// then the flags, the later winning. Whatever is unknown, of the wrong kind or out of range is an error that names
// where it stands, the key, and what was expected; nothing is guessed or silently replaced.
//
// Thread: main's, at start. Owns: the descriptions only; values lie in the caller's struct, whose initialisers are the
// defaults.

namespace sdr {

/// Bad configuration; the message is the one line that the user sees. Caught once, in run_service().
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct OptionInfo {
  std::string help;
  std::string env = {};  // empty: PREFIX_KEY, see Options
  bool secret = false;   // hidden in --print-config
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices = {};  // for text: one of these
};

class Options {
 public:
  enum class Outcome { run, exit };  // exit: --help or --print-config was answered on standard output
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `service` is "sdr-sim": its file is `configs/sim.toml` if that exists, its environment prefix `SDR_SIM_`. A
  /// variable with that prefix which is no option is an error.
  explicit Options(std::string service);

  void add(std::string key, std::string* value, OptionInfo info);
  void add(std::string key, int64_t* value, OptionInfo info);
  void add(std::string key, double* value, OptionInfo info);
  void add(std::string key, bool* value, OptionInfo info);
  void add(std::string key, std::vector<std::string>* value, OptionInfo info);  // in text: separated by commas

  /// Reads file, environment and flags (`--key value`, `--key=value`, `--flag`; '_' is written '-'). Throws
  /// ConfigError.
  Outcome load(int argc, const char* const* argv);
  Outcome load(const std::vector<std::string>& arguments, const Environment& environment);

  /// "key = value  # from where" per line.
  std::string print() const;
  std::string help() const;

 private:
  enum class Kind { text, integer, number, boolean, list };
  struct Option {
    std::string key;
    Kind kind;
    void* value;
    OptionInfo info;
    std::string from = "default";
  };
  friend class TomlReader;

  void add_option(std::string key, Kind kind, void* value, OptionInfo info);
  Option* find(std::string_view key);
  Option& known(std::string_view key, const std::string& where);
  void set_text(Option& option, const std::string& where, const std::string& text);
  void set_number(Option& option, const std::string& where, double number);
  void set_value(Option& option, const std::string& where, std::string text);
  void read_file(const std::string& path);
  void read_environment(const Environment& environment);
  Outcome read_flags(const std::vector<std::string>& arguments);
  [[noreturn]] static void fail(const std::string& where, const std::string& key, const std::string& expected,
                                const std::string& got);
  static std::string expected(const Option& option);
  static std::string show(const Option& option);

  std::string service_;
  std::string prefix_;
  std::vector<Option> options_;
};

}  // namespace sdr
