// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/result.h"

// The small grammar that SDP's lines are made of: fields between spaces, tokens, decimal numbers; and the lines
// themselves, within bounds.
//
// Thread: any; everything points into the text that was given.

namespace sdr::rtc {

/// Cuts off what stands before `separator`, or all there is.
inline std::string_view take_field(std::string_view& rest, char separator = ' ') {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool equal_ignoring_case(std::string_view a, std::string_view b);

/// RFC 8866 9: token, 1 to `longest` characters.
bool is_token(std::string_view text, size_t longest = 64);

/// The value of `name=value` among parameters that are divided by semicolons (a format's), names in any case.
std::optional<std::string_view> format_parameter(std::string_view parameters, std::string_view name);

struct SdpLine {
  char type = 0;
  std::string_view value;
};

/// Walks over a description or a fragment of one.
class SdpLineReader {
 public:
  explicit SdpLineReader(std::string_view text) : rest_(text) {}

  /// The next line that is not empty; `line` has no type at the end. Errors: kTooLarge, kBadLine.
  Status next(SdpLine& line);
  /// An error that names the line read last.
  Error error(std::error_code code, std::string_view what) const;

 private:
  std::string_view rest_;
  size_t number_ = 0;
};

}  // namespace sdr::rtc
