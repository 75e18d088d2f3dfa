// SPDX-License-Identifier: Apache-2.0
#include "net/http_request.h"

#include <algorithm>
#include <charconv>

#include "net/errc.h"

namespace sdr::net {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_alnum(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9'); }

/// RFC 9110 5.6.2: the characters of a token.
bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// RFC 9110 5.5: visible characters, spaces, tabs, and the upper half that browsers send in cookies.
bool is_value_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 0x20 && u != 0x7f) || c == '\t';
}

bool is_target_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7f;
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<HttpMethod> method_from(std::string_view name) {
  if (name == "GET") return HttpMethod::kGet;
  if (name == "HEAD") return HttpMethod::kHead;
  if (name == "POST") return HttpMethod::kPost;
  if (name == "PATCH") return HttpMethod::kPatch;
  if (name == "DELETE") return HttpMethod::kDelete;
  if (name == "OPTIONS") return HttpMethod::kOptions;
  return std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  for (size_t i = 0; i < header_count; ++i) {
    if (equals_ignoring_case(headers[i].name, name)) return headers[i].value;
  }
  return std::nullopt;
}

bool HttpRequest::header_has_token(std::string_view name, std::string_view token) const {
  for (size_t i = 0; i < header_count; ++i) {
    if (!equals_ignoring_case(headers[i].name, name)) continue;
    std::string_view rest = headers[i].value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view item = rest.substr(0, comma);
      if (equals_ignoring_case(trim(item.substr(0, item.find(';'))), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::optional<std::string_view> HttpRequest::query_value(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      return equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

void HttpParser::reset() { *this = HttpParser(limits_); }

HttpParser::State HttpParser::bad(int status) {
  error_status_ = status;
  return State::kBad;
}

HttpParser::State HttpParser::parse(std::string_view bytes, HttpRequest& request) {
  if (head_size_ == 0) {
    const State state = find_head(bytes);
    if (state != State::kComplete) return state;
  }
  // Parsed anew when the body is whole, since the bytes may have moved; only the end of the head is remembered.
  const std::string_view head = bytes.substr(0, head_size_);
  if (!parse_head(head, request)) return State::kBad;
  if (bytes.size() - head_size_ < body_size_) return State::kIncomplete;
  request.body = bytes.substr(head_size_, body_size_);
  consumed_ = head_size_ + body_size_;
  return State::kComplete;
}

HttpParser::State HttpParser::find_head(std::string_view bytes) {
  const size_t from = scanned_ > kHeadEnd.size() ? scanned_ - kHeadEnd.size() : 0;
  const size_t end = bytes.substr(0, std::min(bytes.size(), limits_.head)).find(kHeadEnd, from);
  if (end == std::string_view::npos) {
    scanned_ = bytes.size();
    const bool line_complete = bytes.find("\r\n") != std::string_view::npos;
    if (!line_complete && bytes.size() > limits_.target + 64) return bad(414);
    return bytes.size() >= limits_.head ? bad(431) : State::kIncomplete;
  }
  head_size_ = end + kHeadEnd.size();
  return State::kComplete;
}

bool HttpParser::parse_head(std::string_view head, HttpRequest& request) {
  request = HttpRequest();
  head.remove_suffix(2);  // the empty line; every line that is left ends with CR LF
  size_t end = head.find("\r\n");
  if (!parse_request_line(head.substr(0, end), request)) return false;
  head.remove_prefix(end + 2);
  while (!head.empty()) {
    end = head.find("\r\n");
    if (!parse_header_line(head.substr(0, end), request)) return false;
    head.remove_prefix(end + 2);
  }
  return read_framing(request);
}

bool HttpParser::parse_request_line(std::string_view line, HttpRequest& request) {
  const auto fail = [this](int status) { return error_status_ = status, false; };
  const size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return fail(400);
  const std::string_view method = line.substr(0, first), target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.empty() || !std::all_of(method.begin(), method.end(), is_token_char)) return fail(400);
  if (version.size() != 8 || version.substr(0, 5) != "HTTP/") return fail(400);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return fail(505);
  http_1_0_ = version == "HTTP/1.0";
  if (target.size() > limits_.target) return fail(414);
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_char)) return fail(400);
  const std::optional<HttpMethod> known = method_from(method);
  if (!known) return fail(501);
  request.method = *known;
  if (target.front() != '/' && !(target == "*" && *known == HttpMethod::kOptions)) return fail(400);
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return true;
}

bool HttpParser::parse_header_line(std::string_view line, HttpRequest& request) {
  const auto fail = [this](int status) { return error_status_ = status, false; };
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return fail(400);
  const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
  if (!std::all_of(name.begin(), name.end(), is_token_char)) return fail(400);  // also a folded line and "Name :"
  if (!std::all_of(value.begin(), value.end(), is_value_char)) return fail(400);
  if (request.header_count == HttpRequest::kHeadersMax) return fail(431);
  request.headers[request.header_count++] = {name, value};
  return true;
}

// RFC 9112 6.3: how long the body is, and whether the connection stays.
bool HttpParser::read_framing(HttpRequest& request) {
  const auto fail = [this](int status) { return error_status_ = status, false; };
  if (request.header("Transfer-Encoding")) return fail(501);
  size_t hosts = 0, lengths = 0;
  for (size_t i = 0; i < request.header_count; ++i) {
    hosts += equals_ignoring_case(request.headers[i].name, "Host");
    lengths += equals_ignoring_case(request.headers[i].name, "Content-Length");
  }
  if (hosts > 1 || lengths > 1 || (hosts == 0 && !http_1_0_)) return fail(400);
  body_size_ = 0;
  if (const auto length = request.header("Content-Length")) {
    const char* const end = length->data() + length->size();
    const auto [stop, error] = std::from_chars(length->data(), end, body_size_);
    if (error == std::errc::result_out_of_range) return fail(413);
    if (error != std::errc() || stop != end) return fail(400);
  }
  if (body_size_ > limits_.body) return fail(413);
  request.keep_alive = http_1_0_ ? request.header_has_token("Connection", "keep-alive")
                                 : !request.header_has_token("Connection", "close");
  return true;
}

Result<std::string> decode_path(std::string_view path) {
  const Error bad(NetError::kBadPath);
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (path.size() - i < 3) return bad;
      const int high = hex_digit(path[i + 1]), low = hex_digit(path[i + 2]);
      if (high < 0 || low < 0) return bad;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (!is_value_char(c) || c == '\t' || c == '\\') return bad;
    out.push_back(c);
  }
  if (out.empty() || out.front() != '/') return bad;
  for (size_t start = 1; start <= out.size();) {
    const size_t end = std::min(out.find('/', start), out.size());
    const std::string_view segment(out.data() + start, end - start);
    if (segment == "." || segment == "..") return bad;
    start = end + 1;
  }
  return out;
}

}  // namespace sdr::net
