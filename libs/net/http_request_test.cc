// SPDX-License-Identifier: Apache-2.0
#include "net/http_request.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sdr::net {
namespace {

using State = HttpParser::State;

struct Parsed {
  State state;
  int status;
};

Parsed parse(const std::string& bytes) {
  HttpParser parser({.head = 512, .target = 128, .body = 100});
  HttpRequest request;
  const State state = parser.parse(bytes, request);
  return {state, parser.error_status()};
}

TEST(HttpParser, ReadsARequestWithBodyAndLeavesTheNextOne) {
  const std::string bytes =
      "POST /stream/whep?camera=front&x=1 HTTP/1.1\r\nHost: robot\r\ncontent-length:  4 \r\n\r\nabcdGET / HTTP/1.1\r\n";
  HttpParser parser;
  HttpRequest request;
  ASSERT_EQ(parser.parse(bytes, request), State::kComplete);
  EXPECT_EQ(request.method, HttpMethod::kPost);
  EXPECT_EQ(request.path, "/stream/whep");
  EXPECT_EQ(request.query_value("camera"), "front");
  EXPECT_EQ(request.query_value("y"), std::nullopt);
  EXPECT_EQ(request.body, "abcd");
  EXPECT_EQ(request.header("HOST"), "robot");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_EQ(bytes.substr(parser.consumed()), "GET / HTTP/1.1\r\n");
}

TEST(HttpParser, ReadsTheSameHoweverTheBytesArrive) {
  const std::string bytes = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz";
  HttpParser parser;
  HttpRequest request;
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(parser.parse(bytes.substr(0, size), request), State::kIncomplete) << size;
  }
  ASSERT_EQ(parser.parse(bytes, request), State::kComplete);
  EXPECT_EQ(request.body, "xyz");
}

TEST(HttpParser, RefusesWhatTwoReadersCouldReadInTwoWays) {
  const std::vector<std::string> bad = {
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx",
      "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: b\001\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET http://other/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\001 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET\r\nHost: a\r\n\r\n",
      "\r\n\r\n",
  };
  for (const std::string& bytes : bad) {
    const Parsed parsed = parse(bytes);
    EXPECT_EQ(parsed.state, State::kBad) << bytes;
    EXPECT_EQ(parsed.status, 400) << bytes;
  }
}

TEST(HttpParser, NamesWhatIsTooMuchOrUnknown) {
  EXPECT_EQ(parse("GET /" + std::string(200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 414);
  EXPECT_EQ(parse("GET /" + std::string(300, 'a')).status, 414);
  EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'a')).status, 431);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n").status, 413);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n").status, 413);
  EXPECT_EQ(parse("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(parse("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").status, 501);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").status, 501);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (size_t i = 0; i < HttpRequest::kHeadersMax; ++i) many += "a:b\r\n";
  EXPECT_EQ(parse(many + "\r\n").status, 431);
}

TEST(HttpParser, KnowsWhenAConnectionStays) {
  const auto keeps = [](const std::string& bytes) {
    HttpParser parser;
    HttpRequest request;
    EXPECT_EQ(parser.parse(bytes, request), State::kComplete);
    return request.keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HttpRequest, FindsTokensInLists) {
  HttpParser parser;
  HttpRequest request;
  const std::string bytes =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive,  Upgrade\r\nAccept-Encoding: br, gzip;q=1\r\n\r\n";
  ASSERT_EQ(parser.parse(bytes, request), State::kComplete);
  EXPECT_TRUE(request.header_has_token("connection", "upgrade"));
  EXPECT_TRUE(request.header_has_token("accept-encoding", "gzip"));
  EXPECT_FALSE(request.header_has_token("accept-encoding", "zip"));
}

TEST(DecodePath, DecodesEscapesAndRefusesEveryWayOut) {
  EXPECT_EQ(decode_path("/a%20b/c.js").value(), "/a b/c.js");
  EXPECT_EQ(decode_path("/..a/b..").value(), "/..a/b..");
  for (const char* path : {"", "a", "/..", "/../etc/passwd", "/a/../b", "/a/..", "/.", "/./a", "/%2e%2e/a", "/a/%2E%2e",
                           "/%2e%2e%2fetc", "/..%2f", "/a%00b", "/a\\b", "/%5c..%5c", "/%", "/%2", "/%zz", "/%0a"}) {
    EXPECT_FALSE(decode_path(path)) << path;
  }
}

}  // namespace
}  // namespace sdr::net
