// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/clock.h"
#include "base/config.h"
#include "base/json_writer.h"

namespace sdr {
namespace {

constexpr size_t kTextMax = 4096;

struct Settings {
  std::string service = "sdr";
  LogLevel least = LogLevel::info;
  bool json = false;
  bool colour = false;
};

Settings& settings() {
  static Settings instance;
  return instance;
}

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> kLevelColours = {"\x1b[2m", "", "\x1b[33m", "\x1b[31m"};

std::string_view name_of(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::string_view cut(std::string_view text) { return text.substr(0, kTextMax); }

// RFC 3339 in UTC with microseconds, or the time of day for people.
std::string timestamp(uint64_t realtime_us, bool with_date) {
  const auto seconds = static_cast<time_t>(realtime_us / 1'000'000);
  tm parts{};
  char text[48];
  if (with_date) {
    ::gmtime_r(&seconds, &parts);
    const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%06uZ", static_cast<unsigned>(realtime_us % 1'000'000));
  } else {
    ::localtime_r(&seconds, &parts);
    const size_t length = std::strftime(text, sizeof text, "%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%03u", static_cast<unsigned>(realtime_us % 1'000'000 / 1000));
  }
  return text;
}

std::string json_line(std::string_view service, LogLevel level, uint64_t realtime_us, std::string_view message,
                      LogFields fields) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("timestamp", timestamp(realtime_us, true));
  json.member("level", name_of(level));
  json.member("service", service);
  json.member("message", cut(message));
  for (const LogField& field : fields) {
    json.key(field.name);
    std::visit(
        [&](const auto& value) {
          if constexpr (std::same_as<std::decay_t<decltype(value)>, std::string_view>) {
            json.value(cut(value));
          } else {
            json.value(value);
          }
        },
        field.value);
  }
  json.end_object();
  return line;
}

void append_visible(std::string& line, std::string_view text) {
  for (const char c : cut(text)) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
}

std::string text_line(std::string_view service, LogLevel level, uint64_t realtime_us, std::string_view message,
                      LogFields fields) {
  std::string line = timestamp(realtime_us, false) + " ";
  line += service;
  if (level != LogLevel::info) line.append(" ").append(name_of(level));
  line += ": ";
  append_visible(line, message);
  for (const LogField& field : fields) {
    line.append("  ").append(field.name).append("=");
    std::string number;
    JsonWriter writer(number);
    std::visit(
        [&](const auto& value) {
          if constexpr (std::same_as<std::decay_t<decltype(value)>, std::string_view>) {
            append_visible(line, value);
          } else {
            writer.value(value);
          }
        },
        field.value);
    line += number;
  }
  return line;
}

}  // namespace

void configure_log(std::string_view service, LogLevel least) {
  Settings& s = settings();
  s.service = service;
  s.least = least;
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const char* format = std::getenv("SDR_LOG_FORMAT");
  const std::string_view wanted = format == nullptr ? "" : format;
  if (!wanted.empty() && wanted != "text" && wanted != "json") {
    throw ConfigError("environment: SDR_LOG_FORMAT: expected text or json, got '" + std::string(cut(wanted)) + "'");
  }
  s.json = wanted.empty() ? !terminal : wanted == "json";
  s.colour = terminal && std::getenv("NO_COLOR") == nullptr;
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  const Settings& s = settings();
  if (level < s.least) return;
  std::string line = format_log_line(s.json, s.service, level, realtime_us(), message, fields);
  if (s.colour && !s.json) {
    line.insert(0, kLevelColours[static_cast<size_t>(level)]);
    line += "\x1b[0m";
  }
  line += '\n';
  // A log that cannot be written has nowhere to be reported.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string format_log_line(bool json, std::string_view service, LogLevel level, uint64_t realtime_us,
                            std::string_view message, LogFields fields) {
  return json ? json_line(service, level, realtime_us, message, fields)
              : text_line(service, level, realtime_us, message, fields);
}

}  // namespace sdr
