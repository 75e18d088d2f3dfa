// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/config.h"

namespace sdr::bench {

/// A benchmark's options, as a service's (`base/config.h`): --help lists them, what is unknown or out of range ends it.
/// Thread: main's, at start.
class Flags {
 public:
  explicit Flags(const std::string& bench) : options_("bench_" + bench) {}

  /// `value` has the default; where it is a count the least is 0, if `info` does not say another.
  template <typename T>
  void add(std::string key, T* value, OptionInfo info) {
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
      if (std::is_unsigned_v<T> && info.least < 0) info.least = 0;
      int64_t* const read = &counts_.emplace_back(static_cast<int64_t>(*value));
      options_.add(std::move(key), read, std::move(info));
      given_.push_back([read, value] { *value = static_cast<T>(*read); });
    } else {
      options_.add(std::move(key), value, std::move(info));
    }
  }

  /// Ends the program where --help was answered (0) or something is wrong, which it says (2).
  void read(int argc, char** argv) {
    try {
      if (options_.load(argc, argv) == Options::Outcome::exit) std::exit(0);
    } catch (const ConfigError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(2);
    }
    for (const auto& give : given_) give();
  }

 private:
  Options options_;
  std::deque<int64_t> counts_;
  std::vector<std::function<void()>> given_;
};

}  // namespace sdr::bench
