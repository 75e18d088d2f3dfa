// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <fstream>
#include <optional>
#include <string>

#include "base/testing/temporary_folder.h"
#include "net/health_server.h"
#include "net/static_files.h"

namespace sdr::net {
namespace {

using namespace std::chrono_literals;

/// A client that talks to a server on the same thread: it turns the loop while it waits.
class Talk {
 public:
  Talk(EventLoop& loop, const Address& address) : loop_(loop), socket_(std::move(connect_tcp(address).value())) {}

  void say(const std::string& bytes) {
    ASSERT_EQ(send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// Everything that comes until the text is there, or the connection ends.
  std::string hear(const std::string& until) {
    std::string heard;
    for (int turn = 0; turn < 2000 && !ended_ && heard.find(until) == std::string::npos; ++turn) {
      loop_.run_once(5ms);
      char bytes[65536];
      const ssize_t got = recv(socket_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (got > 0) heard.append(bytes, static_cast<size_t>(got));
      ended_ = got == 0 || (got < 0 && errno != EAGAIN);
    }
    return heard;
  }
  std::string ask(const std::string& bytes, const std::string& until) {
    say(bytes);
    return hear(until);
  }
  bool ended() {
    hear("never said");
    return ended_;
  }

 private:
  EventLoop& loop_;
  FileDescriptor socket_;
  bool ended_ = false;
};

HttpReply echo(const HttpRequest& request, const Address&) {
  return HttpResponse::text(200, std::string(request.path) + "|" + std::string(request.body) + "|");
}

class HttpServerTest : public ::testing::Test {
 protected:
  void serve(HttpServerOptions options, HttpHandler handler = echo) {
    server = std::make_unique<HttpServer>(loop, options, std::move(handler));
    ASSERT_TRUE(server->listen(Address::parse("127.0.0.1:0").value()).ok());
  }
  EventLoop loop;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersRequestAfterRequestOnOneConnection) {
  serve({});
  Talk talk(loop, server->address());
  const std::string first = talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  EXPECT_NE(first.find("HTTP/1.1 200 OK"), std::string::npos);
  EXPECT_NE(first.find("Content-Security-Policy: default-src 'self'"), std::string::npos);
  EXPECT_NE(first.find("X-Content-Type-Options: nosniff"), std::string::npos);
  EXPECT_NE(talk.ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", "/b|hi|").find("/b|hi|"),
            std::string::npos);
  EXPECT_EQ(server->request_count(), 2u);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  serve({});
  Talk talk(loop, server->address());
  const std::string all = talk.ask("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", "/2||");
  EXPECT_LT(all.find("/1||"), all.find("/2||"));
  EXPECT_NE(all.find("/2||"), std::string::npos);
}

TEST_F(HttpServerTest, SaysWhatWasWrongThenCloses) {
  serve({});
  Talk talk(loop, server->address());
  const std::string answer = talk.ask("GET / HTTP/1.1\nHost: h\r\n\r\n", "Bad Request\n");
  EXPECT_NE(answer.find("HTTP/1.1 400 Bad Request"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(talk.ended());
}

TEST_F(HttpServerTest, LetsGoOfClientsThatTakeTheirTime) {
  serve({.limits = {}, .timeouts = {.request = 20ms, .idle = 20ms}});
  Talk slow(loop, server->address());
  slow.say("GET / HTTP/1.1\r\nHos");
  EXPECT_TRUE(slow.ended());
  EXPECT_EQ(server->connection_count(), 0u);
}

TEST_F(HttpServerTest, GivesAnIdleConnectionsPlaceToANewOne) {
  serve({.limits = {}, .timeouts = {}, .connections_max = 1});
  Talk idle(loop, server->address());
  idle.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  Talk fresh(loop, server->address());
  EXPECT_NE(fresh.ask("GET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/b||").find("/b||"), std::string::npos);
  EXPECT_TRUE(idle.ended());
}

TEST_F(HttpServerTest, LetsGoOfAHalfRequestForANewConnection) {
  std::vector<HttpRefusal> refusals;
  serve({.limits = {}, .timeouts = {}, .connections_max = 2});
  server->on_refusal([&](HttpRefusal why) { refusals.push_back(why); });
  Talk slow(loop, server->address());
  slow.say("GET /a HTTP/1.1\r\nHo");
  Talk other(loop, server->address());
  other.ask("GET /b HTTP/1.1\r\nHost: h\r\n\r\n", "/b||");
  Talk fresh(loop, server->address());
  EXPECT_NE(fresh.ask("GET /c HTTP/1.1\r\nHost: h\r\n\r\n", "/c||").find("/c||"), std::string::npos);
  EXPECT_TRUE(slow.ended());
  EXPECT_EQ(refusals, std::vector{HttpRefusal::kMadeRoom});
}

TEST_F(HttpServerTest, GivesAFirstByteNoFurtherTime) {
  serve({.limits = {}, .timeouts = {.request = 300ms}});
  Talk slow(loop, server->address());
  std::vector<HttpRefusal> refusals;
  server->on_refusal([&](HttpRefusal why) { refusals.push_back(why); });
  const std::string request(100, 'x');
  size_t said = 0;
  while (refusals.empty() && said < request.size()) {  // a byte every 50 ms is no reason to wait on
    slow.say(request.substr(said++, 1));
    for (int i = 0; i < 10; ++i) loop.run_once(5ms);
  }
  EXPECT_EQ(refusals, std::vector{HttpRefusal::kTookTooLong});
  EXPECT_TRUE(slow.ended());
}

TEST_F(HttpServerTest, TellsAnAddressThatItHasItsShare) {
  serve({.limits = {}, .timeouts = {}, .connections_per_address_max = 2, .loopback_is_free = false});
  Talk first(loop, server->address()), second(loop, server->address());
  first.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  second.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  Talk third(loop, server->address());
  EXPECT_NE(third.hear("your address\n").find("HTTP/1.1 429"), std::string::npos);
  EXPECT_TRUE(third.ended());
  first.ask("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "/a||");
  EXPECT_TRUE(first.ended());
  for (int turn = 0; turn < 2000 && server->connection_count() > 1; ++turn) loop.run_once(5ms);
  Talk fourth(loop, server->address());
  EXPECT_NE(fourth.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||").find("/a||"), std::string::npos);
}

TEST_F(HttpServerTest, TellsAnAddressThatItAsksTooOften) {
  serve({.limits = {},
         .timeouts = {},
         .requests_allowed = AddressRates::Limit{.burst = 2, .interval = 1h},
         .loopback_is_free = false});
  Talk talk(loop, server->address());
  talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "/a||");
  const std::string answer = talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "your address\n");
  EXPECT_NE(answer.find("HTTP/1.1 429 Too Many Requests"), std::string::npos);
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
}

TEST_F(HttpServerTest, HandsTheSocketOverToAnotherProtocol) {
  std::string early;
  std::optional<Stream> taken;
  serve({}, [&](const HttpRequest&, const Address&) -> HttpReply {
    return HttpUpgrade([&](Stream stream, const Address& peer, std::string_view bytes) {
      EXPECT_TRUE(peer.is_loopback());
      taken.emplace(std::move(stream));
      early = bytes;
      EXPECT_EQ(taken->write("changed", 7), 7);
    });
  });
  Talk talk(loop, server->address());
  EXPECT_EQ(talk.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\nearly", "changed"), "changed");
  EXPECT_EQ(early, "early");
  EXPECT_EQ(server->connection_count(), 0u);
}

TEST_F(HttpServerTest, SendsAnAnswerLargerThanTheSocketsBuffer) {
  const auto large = std::make_shared<const std::string>(8 << 20, 'x');
  serve({}, [&](const HttpRequest&, const Address&) {
    HttpResponse response = HttpResponse::text(200, "");
    response.shared_body = large;
    return HttpReply(std::move(response));
  });
  Talk talk(loop, server->address());
  talk.say("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string all = talk.hear("never said");
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, large->size());
}

TEST(HealthServer, AnswersHealthAndMetricsAndNothingElse) {
  EventLoop loop;
  Registry registry;
  registry.counter("things_total", "Things").add(3);
  HealthServer server(loop, registry, [] { return HealthReport{503, R"({"status":"stuck"})"}; });
  ASSERT_TRUE(server.listen("127.0.0.1:0").ok());
  Talk talk(loop, server.address());
  const std::string health = talk.ask("GET /health HTTP/1.1\r\nHost: h\r\n\r\n", "}");
  EXPECT_NE(health.find("HTTP/1.1 503"), std::string::npos);
  EXPECT_NE(health.find(R"({"status":"stuck"})"), std::string::npos);
  EXPECT_NE(talk.ask("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", "things_total 3").find("things_total 3"),
            std::string::npos);
  EXPECT_NE(talk.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "Not Found\n").find("404"), std::string::npos);
  EXPECT_NE(talk.ask("POST /health HTTP/1.1\r\nHost: h\r\n\r\n", "Allowed\n").find("405"), std::string::npos);
  EXPECT_FALSE(server.listen("nonsense").ok());
}

class StaticFilesTest : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& content) { std::ofstream(folder.file(name)) << content; }
  HttpResponse get(const std::string& path, const std::string& headers = "", const std::string& method = "GET") {
    bytes = method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
    HttpParser parser;
    HttpRequest request;
    EXPECT_EQ(parser.parse(bytes, request), HttpParser::State::kComplete);
    return files.serve(request);
  }
  testing::TemporaryFolder folder;
  StaticFiles files{folder.path().string()};
  std::string bytes;
};

TEST_F(StaticFilesTest, ServesWithTypeAndTagAndSeesAChange) {
  EXPECT_FALSE(files.has_index());
  put("index.html", "<p>one");
  const HttpResponse first = get("/");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(first.content(), "<p>one");
  const size_t at = first.extra_headers.find("ETag: ") + 6;
  const std::string tag = first.extra_headers.substr(at, first.extra_headers.find("\r\n", at) - at);
  EXPECT_EQ(get("/", "If-None-Match: " + tag + "\r\n").status, 304);
  put("index.html", "<p>another");
  EXPECT_EQ(get("/", "If-None-Match: " + tag + "\r\n").content(), "<p>another");
}

TEST_F(StaticFilesTest, PrefersThePrecompressedFileWhereItIsTaken) {
  put("app.js", "plain");
  put("app.js.gz", "squeezed");
  EXPECT_EQ(get("/app.js").content(), "plain");
  const HttpResponse squeezed = get("/app.js", "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(squeezed.content(), "squeezed");
  EXPECT_EQ(squeezed.content_type, "text/javascript; charset=utf-8");
  EXPECT_NE(squeezed.extra_headers.find("Content-Encoding: gzip"), std::string::npos);
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  std::filesystem::create_directory(folder.file("inside"));
  std::filesystem::create_symlink("/etc/passwd", folder.file("link"));
  EXPECT_EQ(get("/link").status, 404);
  EXPECT_EQ(get("/inside").status, 404);
  EXPECT_EQ(get("/%2e%2e/etc/passwd").status, 400);
  EXPECT_EQ(get("//etc/passwd").status, 404);
  EXPECT_EQ(get("/index.html", "", "POST").status, 405);
}

TEST(Address, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(Address::parse("127.0.0.1:80").value().to_string(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("[::1]:8080").value().to_string(), "[::1]:8080");
  EXPECT_TRUE(Address::parse("localhost:1").value().is_loopback());
  EXPECT_TRUE(Address::parse("[::ffff:127.0.0.1]:1").value().is_loopback());
  EXPECT_FALSE(Address::parse(":8080").value().is_loopback());
  for (const char* bad :
       {"", "80", "host:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:8x", "::1:80"}) {
    EXPECT_FALSE(Address::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace sdr::net
