// SPDX-License-Identifier: Apache-2.0
// A file of tokens, and a request whose Authorization and Host anybody may have written. Whatever a file lets in must
// be a token, and a name that is no loopback name must not pass for one.

#include <cstdlib>
#include <string_view>

#include "transport/bearer.h"
#include "transport/origin.h"
#include "transport/token_table.h"

using namespace sdr;
using namespace sdr::transport;

namespace {

void read_file(std::string_view text) {
  const Result<TokenTable> table = TokenTable::parse(text);
  if (!table) {
    // The message is for a log: its words are ours, save the number of the line.
    if (table.error().context().size() > 120) std::abort();
    return;
  }
  if (table->size() > TokenTable::kTokensMax) std::abort();
  if (table->find(digest_token("")) != nullptr) std::abort();
}

void read_request(std::string_view text) {
  const std::string bytes = "GET / HTTP/1.1\r\n" + std::string(text) + "\r\n\r\n";
  net::HttpParser parser;
  net::HttpRequest request;
  if (parser.parse(bytes, request) != net::HttpParser::State::kComplete) return;
  const std::optional<std::string_view> token = bearer_token(request);
  if (token && !token->empty() && !is_token(*token)) std::abort();
  const OriginPolicy policy({}, OriginPolicy::Names::kLoopback);
  const std::string_view host = request.header("Host").value_or("");
  const bool begins_well = host.starts_with("127.") || host.starts_with("[::") || host.starts_with("[0") ||
                           host.empty() || net::equals_ignoring_case(host.substr(0, 9), "localhost");
  if (policy.host_allowed(request) && !begins_well) std::abort();
  (void)policy.allows(request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_file(text);
  read_request(text);
  return 0;
}
