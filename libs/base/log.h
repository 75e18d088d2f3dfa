// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

// One line per event, on standard error: text where a person looks at a terminal, else one JSON object with timestamp,
// level, service, message and fields (operations.md). SDR_LOG_FORMAT, `text` or `json`, decides where it is set.
//
// Thread: any; a line is one write and is never mixed with another. Bounds: nothing is kept; strings beyond 4 KiB are
// cut. Secrets never belong in a field.

namespace sdr {

enum class LogLevel { debug, info, warning, error };

struct LogField {
  template <typename T>
  LogField(std::string_view field_name, const T& field_value) : name(field_name), value(convert(field_value)) {}

  std::string_view name;
  std::variant<std::string_view, int64_t, double, bool> value;

 private:
  template <typename T>
  static decltype(value) convert(const T& v) {
    if constexpr (std::same_as<T, bool>) return v;
    if constexpr (std::integral<T>) return static_cast<int64_t>(v);
    if constexpr (std::floating_point<T>) return static_cast<double>(v);
    if constexpr (std::convertible_to<T, std::string_view>) return std::string_view(v);
  }
};

using LogFields = std::initializer_list<LogField>;

/// Once, at the start of main: the name that every line carries. Throws ConfigError for a wrong SDR_LOG_FORMAT.
void configure_log(std::string_view service, LogLevel least = LogLevel::info);

void log(LogLevel level, std::string_view message, LogFields fields = {});

inline void log_debug(std::string_view message, LogFields fields = {}) { log(LogLevel::debug, message, fields); }
inline void log_info(std::string_view message, LogFields fields = {}) { log(LogLevel::info, message, fields); }
inline void log_warning(std::string_view message, LogFields fields = {}) { log(LogLevel::warning, message, fields); }
inline void log_error(std::string_view message, LogFields fields = {}) { log(LogLevel::error, message, fields); }

/// One line in either form, without its end; what log() writes. For tests.
std::string format_log_line(bool json, std::string_view service, LogLevel level, uint64_t realtime_us,
                            std::string_view message, LogFields fields);

}  // namespace sdr
