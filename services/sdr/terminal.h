// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

// What `sdr up` shows: a line per thing started, the address, then only changes. In colour on a terminal; in a file
// plain, with the time before each change. Thread: one.

namespace sdr::command {

class Terminal {
 public:
  enum class Mood { neutral, good, bad };

  /// On this stream; colour where it is a terminal and NO_COLOR is not set.
  explicit Terminal(std::FILE* out);
  Terminal(std::FILE* out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}

  /// "  simulator   rover, 640x360 at 60 fps ..."
  void ready(std::string_view name, std::string_view details);
  /// What is being waited for; a line that the next one replaces, on terminals only.
  void waiting(std::string_view text);
  void address(std::string_view url);
  /// A change, with the time of day.
  void change(std::string_view text, Mood mood = Mood::neutral);

 private:
  void line(const std::string& text);
  std::string painted(std::string_view text, const char* code) const;

  std::FILE* const out_;
  const bool is_terminal_;
};

}  // namespace sdr::command
