// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/text.h"

#include <string>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/session_description.h"

namespace sdr::rtc {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`{|}~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t') || u == 0x7f;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text, size_t longest) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), is_token_char);
}

std::optional<std::string_view> format_parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    std::string_view pair = take_field(parameters, ';');
    const std::string_view key = trim(take_field(pair, '='));
    if (equal_ignoring_case(key, name)) return trim(pair);
  }
  return std::nullopt;
}

Status SdpLineReader::next(SdpLine& line) {
  line = SdpLine();
  while (!rest_.empty()) {
    std::string_view text = take_field(rest_, '\n');
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (++number_ > SdpLimits::kLines || text.size() > SdpLimits::kLineBytes) return error(SdpErrc::kTooLarge, "");
    if (text.empty()) continue;
    const bool has_form = text.size() >= 2 && text[0] >= 'a' && text[0] <= 'z' && text[1] == '=';
    if (!has_form || std::any_of(text.begin(), text.end(), is_control)) return error(SdpErrc::kBadLine, "");
    line = {text[0], text.substr(2)};
    break;
  }
  return Status();
}

Error SdpLineReader::error(std::error_code code, std::string_view what) const {
  std::string context = "line " + std::to_string(number_);
  if (!what.empty()) context.append(" (").append(what).append(")");
  return Error(code, std::move(context));
}

}  // namespace sdr::rtc
