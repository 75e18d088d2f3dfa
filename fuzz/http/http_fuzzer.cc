// SPDX-License-Identifier: Apache-2.0
// Feeds the request parser what anybody may send, whole and byte by byte; both must come to the same end.

#include <cstdlib>
#include <string_view>

#include "net/http_request.h"
#include "net/websocket.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sdr::net::HttpParser;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const sdr::net::HttpLimits limits = {.head = 2048, .target = 256, .body = 1024};
  sdr::net::HttpRequest request;
  HttpParser whole(limits);
  const HttpParser::State state = whole.parse(bytes, request);
  if (state == HttpParser::State::kComplete) {
    if (whole.consumed() > size) std::abort();
    (void)sdr::net::check_ws_handshake(request);
    (void)request.query_value("camera");
    (void)request.header_has_token("Connection", "upgrade");
    (void)sdr::net::decode_path(request.path);
  }
  HttpParser stepwise(limits);
  HttpParser::State last = HttpParser::State::kIncomplete;
  for (size_t arrived = 1; arrived <= size && last == HttpParser::State::kIncomplete; ++arrived) {
    last = stepwise.parse(bytes.substr(0, arrived), request);
  }
  // A request that is too long is found out sooner when it comes in pieces; nothing is ever read differently.
  if (state == HttpParser::State::kComplete && (last != state || stepwise.consumed() != whole.consumed())) std::abort();
  return 0;
}
