// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

// One HTTP/1.1 request (RFC 9112) as a reader of bytes sees it: strict, bounded, and without copies. What proxies and
// servers are known to read in two ways (bare line feeds, folded headers, spaces before the colon, repeated lengths,
// transfer codings) is refused rather than guessed.
//
// Thread: any. The strings of an HttpRequest point into the bytes that were parsed and live as long as those.

namespace sdr::net {

enum class HttpMethod { kGet, kHead, kPost, kPatch, kDelete, kOptions };

struct HttpHeader {
  std::string_view name;
  std::string_view value;  // without the white space around it
};

struct HttpRequest {
  static constexpr size_t kHeadersMax = 64;

  HttpMethod method = HttpMethod::kGet;
  std::string_view path;   // as sent, percent escapes and all; begins with '/'
  std::string_view query;  // what follows '?', without it
  bool keep_alive = true;
  std::string_view body;

  /// The value of the first header of that name (in any case), or nothing.
  std::optional<std::string_view> header(std::string_view name) const;
  /// Whether a comma-separated header holds the token, both in any case (`Connection: keep-alive, Upgrade`).
  bool header_has_token(std::string_view name, std::string_view token) const;
  /// The value of `name=value` in the query, as sent; only names and values that need no escapes are asked for here.
  std::optional<std::string_view> query_value(std::string_view name) const;

  std::array<HttpHeader, kHeadersMax> headers;
  size_t header_count = 0;
};

/// What a request may be at most, in bytes.
struct HttpLimits {
  size_t head = 16 * 1024;
  size_t target = 4096;
  size_t body = 64 * 1024;
};

/// Reads one request from the start of what has arrived so far.
class HttpParser {
 public:
  enum class State { kIncomplete, kComplete, kBad };

  explicit HttpParser(HttpLimits limits = {}) : limits_(limits) {}

  /// `bytes` holds everything that has arrived since the request began. kIncomplete: call again with more behind the
  /// same bytes. kComplete: `request` is filled and consumed() tells where the next one starts. kBad: answer
  /// error_status() and close.
  State parse(std::string_view bytes, HttpRequest& request);
  /// Makes ready for the next request.
  void reset();

  size_t consumed() const { return consumed_; }
  int error_status() const { return error_status_; }
  bool head_complete() const { return head_size_ > 0; }

 private:
  State bad(int status);
  State find_head(std::string_view bytes);
  bool parse_head(std::string_view head, HttpRequest& request);
  bool parse_request_line(std::string_view line, HttpRequest& request);
  bool parse_header_line(std::string_view line, HttpRequest& request);
  bool read_framing(HttpRequest& request);

  HttpLimits limits_;
  size_t scanned_ = 0;    // bytes known not to hold the end of the head
  size_t head_size_ = 0;  // with its empty line; 0 while it is not complete
  size_t body_size_ = 0;
  size_t consumed_ = 0;
  int error_status_ = 0;
  bool http_1_0_ = false;
};

/// The path without its percent escapes. Refuses (kBadPath) escapes that are none, NUL and other control characters,
/// backslashes, and segments "." and "..", so that the result can be put behind a folder's name.
Result<std::string> decode_path(std::string_view path);

bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace sdr::net
