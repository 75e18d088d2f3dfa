// SPDX-License-Identifier: Apache-2.0
#include "sdr/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace sdr::command {
namespace {

constexpr const char *kGood = "\x1b[32m", *kBad = "\x1b[31m", *kDim = "\x1b[2m", *kAddress = "\x1b[1;36m";
constexpr const char* kClearLine = "\r\x1b[K";
constexpr size_t kNameWidth = 11;

std::string time_of_day() {
  const time_t seconds = std::time(nullptr);
  tm parts{};
  ::localtime_r(&seconds, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

std::string padded(std::string_view name) {
  std::string text(name);
  text.resize(std::max(text.size(), kNameWidth), ' ');
  return text;
}

}  // namespace

Terminal::Terminal(std::FILE* out)
    : Terminal(out, ::isatty(::fileno(out)) == 1 && std::getenv("NO_COLOR") == nullptr) {}

std::string Terminal::painted(std::string_view text, const char* code) const {
  return is_terminal_ ? std::string(code) + std::string(text) + "\x1b[0m" : std::string(text);
}

// A reader that went away is no reason to stop: errors of the stream are ignored on purpose.
void Terminal::line(const std::string& text) {
  std::fprintf(out_, "%s%s\n", is_terminal_ ? kClearLine : "", text.c_str());
  std::fflush(out_);
}

void Terminal::ready(std::string_view name, std::string_view details) {
  line("  " + painted(padded(name), kGood) + " " + std::string(details));
}

void Terminal::waiting(std::string_view text) {
  if (!is_terminal_) return;
  std::fprintf(out_, "%s  %s", kClearLine, painted(text.substr(0, 76), kDim).c_str());
  std::fflush(out_);
}

void Terminal::address(std::string_view url) { line("\n  open        " + painted(url, kAddress) + "\n"); }

void Terminal::change(std::string_view text, Mood mood) {
  const std::string shown =
      mood == Mood::neutral ? std::string(text) : painted(text, mood == Mood::good ? kGood : kBad);
  line("  " + painted(time_of_day(), kDim) + "    " + shown);
}

}  // namespace sdr::command
