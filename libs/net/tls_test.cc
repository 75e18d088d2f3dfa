// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "base/config.h"
#include "base/testing/temporary_folder.h"
#include "net/http_server.h"
#include "net/testing/tls.h"

namespace sdr::net {
namespace {

using namespace std::chrono_literals;
using sdr::testing::CertificateOptions;
using sdr::testing::TlsClient;
using sdr::testing::write_certificate;

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    std::signal(SIGPIPE, SIG_IGN);  // the test's client writes with OpenSSL's own calls
    files = {folder.file("cert.pem"), folder.file("key.pem")};
  }

  void serve(const CertificateOptions& certificate = {}, HttpServerOptions options = {}) {
    write_certificate(files, certificate);
    options.tls = std::make_shared<TlsContext>(files, registry);
    context = options.tls;
    server = std::make_unique<HttpServer>(loop, options, [this](const HttpRequest& request, const Address&) {
      if (request.path == "/upgrade") return take_over();
      return HttpReply(HttpResponse::text(200, request.path == "/big" ? big : std::string(request.path) + "|"));
    });
    ASSERT_TRUE(server->listen(Address::parse("127.0.0.1:0").value()).ok());
  }
  HttpReply take_over() {
    return HttpUpgrade([this](Stream stream, const Address&, std::string_view early) {
      taken = std::make_unique<Stream>(std::move(stream));
      taken_early = early;
    });
  }

  template <typename Condition>
  bool until(Condition condition) {
    const Time give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      loop.run_once(2ms);
    }
    return true;
  }
  bool hears(TlsClient& client, const std::string& text) {
    return until([&] { return client.poll(), client.ended() || client.heard().find(text) != std::string::npos; }) &&
           client.heard().find(text) != std::string::npos;
  }
  bool ends(TlsClient& client) {
    return until([&] { return client.poll(), client.ended(); });
  }
  uint64_t handshakes(const std::string& result) {
    return registry.counter("tls_handshakes_total", "", {{"result", result}}).value();
  }
  std::string refusal() {
    try {
      TlsContext refused(files, registry);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return {};
  }
  /// What plain bytes are answered with, until the server closes.
  std::string answer_to(const std::string& bytes) {
    const FileDescriptor socket = std::move(connect_tcp(server->address()).value());
    EXPECT_EQ(send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    shutdown(socket.get(), SHUT_WR);
    std::string answer;
    EXPECT_TRUE(until([&] {
      char piece[4096];
      const ssize_t got = recv(socket.get(), piece, sizeof piece, MSG_DONTWAIT);
      if (got > 0) answer.append(piece, static_cast<size_t>(got));
      return got == 0 || (got < 0 && errno != EAGAIN);
    }));
    return answer;
  }

  EventLoop loop;
  Registry registry;
  sdr::testing::TemporaryFolder folder;
  TlsFiles files;
  std::shared_ptr<TlsContext> context;
  std::string big = std::string(3'000'000, 'b');
  std::unique_ptr<Stream> taken;
  std::string taken_early;
  std::unique_ptr<HttpServer> server;
};

TEST_F(TlsTest, AnswersRequestAfterRequestOnOneConnection) {
  serve();
  TlsClient client(server->address());
  client.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(hears(client, "/b|")) << client.why();
  EXPECT_NE(client.heard().find("/a|"), std::string::npos);
  EXPECT_EQ(client.version(), "TLSv1.3");
  EXPECT_EQ(client.protocol(), "http/1.1");
  client.say("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(hears(client, "/c|"));
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(client.why(), "") << "the end was not told";
  EXPECT_EQ(handshakes("ok"), 1u);
}

TEST_F(TlsTest, SpeaksTls12AndNothingOlder) {
  serve({.rsa = true});
  TlsClient client(server->address(), {.version_max = 12});
  client.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(hears(client, "/a|")) << client.why();
  EXPECT_EQ(client.version(), "TLSv1.2");
  TlsClient old_ciphers(server->address(), {.version_max = 12, .ciphers = "AES128-SHA:ECDHE-RSA-AES128-SHA"});
  EXPECT_TRUE(ends(old_ciphers));
  EXPECT_FALSE(old_ciphers.open());
  EXPECT_EQ(handshakes("failed"), 1u);
}

TEST_F(TlsTest, DeliversALargeAnswerToASlowReader) {
  serve();
  TlsClient client(server->address());
  client.say("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  // Not read for a while: the server's socket is full, and a record is on its way in part.
  for (int i = 0; i < 50; ++i) loop.run_once(2ms);
  ASSERT_TRUE(until([&] { return client.poll(), client.heard().size() > big.size(); })) << client.heard().size();
  EXPECT_EQ(client.heard().substr(client.heard().size() - big.size()), big);
}

TEST_F(TlsTest, HandsTheStreamOverWithWhatCameBehindTheRequest) {
  serve();
  TlsClient client(server->address());
  client.say("GET /upgrade HTTP/1.1\r\nHost: h\r\n\r\nearly");
  ASSERT_TRUE(until([&] { return client.poll(), taken != nullptr; }));
  EXPECT_EQ(taken_early, "early");
  EXPECT_TRUE(taken->encrypted());
  EXPECT_EQ(taken->write("frame", 5), 5);
  EXPECT_TRUE(hears(client, "frame"));
  client.say("later");
  std::array<char, 16 * 1024> bytes{};
  ssize_t got = -1;
  EXPECT_TRUE(until([&] { return client.poll(), (got = taken->read(bytes)) > 0; }));
  EXPECT_EQ(std::string(bytes.data(), static_cast<size_t>(got)), "later");
}

TEST_F(TlsTest, OffersHttp11AloneAndRefusesWhoWantsAnother) {
  serve();
  TlsClient both(server->address(), {.protocols = {"h2", "http/1.1"}});
  ASSERT_TRUE(until([&] { return both.poll(), both.open(); }));
  EXPECT_EQ(both.protocol(), "http/1.1");
  TlsClient none(server->address(), {.protocols = {}});
  EXPECT_TRUE(until([&] { return none.poll(), none.open(); }));
  TlsClient other(server->address(), {.protocols = {"h2"}});
  EXPECT_TRUE(ends(other));
  EXPECT_FALSE(other.open());
}

TEST_F(TlsTest, ResumesASessionByItsTicket) {
  serve();
  const auto ticket = std::make_shared<std::string>();
  for (const bool resumed : {false, true}) {
    TlsClient client(server->address(), {.ticket = ticket});
    client.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(hears(client, "/a|")) << client.why();
    EXPECT_EQ(client.resumed(), resumed);
  }
}

TEST_F(TlsTest, PointsPlainHttpToItsAddress) {
  serve();
  const std::string moved = answer_to("GET /robot?camera=front HTTP/1.1\r\nHost: robot.example:8443\r\n\r\n");
  EXPECT_NE(moved.find("HTTP/1.1 308 "), std::string::npos) << moved;
  EXPECT_NE(moved.find("Location: https://robot.example:8443/robot?camera=front\r\n"), std::string::npos) << moved;
  EXPECT_NE(answer_to("POST /x HTTP/1.1\r\nHost: h\r\n\r\n").find("400 Bad Request"), std::string::npos);
  EXPECT_NE(answer_to("GET / HTTP/1.1\r\nHost: evil/x@y\r\n\r\n").find("400 Bad Request"), std::string::npos);
  const std::string upgrade = answer_to("GET /upgrade HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(upgrade.find("308"), std::string::npos);
  EXPECT_EQ(taken, nullptr) << "nothing in clear reaches what asked for TLS";
}

TEST_F(TlsTest, EndsConnectionsThatSpeakSomethingElse) {
  serve();
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::string bytes(1 + random() % 600, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (i % 2 == 0)
      bytes.replace(0, std::min<size_t>(3, bytes.size()), "\x16\x03\x01", std::min<size_t>(3, bytes.size()));
    answer_to(bytes);  // its last check is that the server closes
  }
  EXPECT_EQ(handshakes("ok"), 0u);
  EXPECT_TRUE(until([&] { return server->connection_count() == 0; }));
  EXPECT_GT(handshakes("failed") + handshakes("abandoned"), 150u);
}

// The first flight of a real client, cut short or with one byte changed.
TEST_F(TlsTest, SurvivesHandshakesThatAreCutShortOrBent) {
  serve();
  const FileDescriptor listener = std::move(listen_tcp(Address::parse("127.0.0.1:0").value(), 1).value());
  TlsClient client(local_address(listener.get()).value());
  client.poll();
  char flight[4096];
  ssize_t size = -1;
  const FileDescriptor accepted = std::move(accept_tcp(listener.get(), nullptr).value());
  ASSERT_TRUE(until([&] { return (size = recv(accepted.get(), flight, sizeof flight, MSG_DONTWAIT)) > 0; }));
  const std::string hello(flight, static_cast<size_t>(size));
  for (size_t at = 1; at < hello.size(); at += 3) {
    answer_to(hello.substr(0, at));
    std::string bent = hello;
    bent[at] = static_cast<char>(bent[at] ^ 0x41);
    answer_to(bent);
  }
  EXPECT_EQ(handshakes("ok"), 0u);
  TlsClient good(server->address());
  good.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(hears(good, "/a|")) << good.why();
}

TEST_F(TlsTest, EndsAHandshakeThatTakesTooLong) {
  HttpServerOptions options;
  options.timeouts.request = 50ms;
  serve({}, options);
  const FileDescriptor silent = std::move(connect_tcp(server->address()).value());
  ASSERT_TRUE(until([&] { return server->connection_count() == 1; }));
  EXPECT_TRUE(until([&] { return server->connection_count() == 0; }));
  EXPECT_EQ(handshakes("abandoned"), 1u);
}

TEST_F(TlsTest, ServesACrowdThatArrivesAtOnce) {
  serve();
  std::vector<std::unique_ptr<TlsClient>> crowd;
  for (int i = 0; i < 100; ++i) crowd.push_back(std::make_unique<TlsClient>(server->address()));
  for (const auto& client : crowd) client->say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(until([&] {
    size_t answered = 0;
    for (const auto& client : crowd) answered += (client->poll(), client->heard().find("/a|") != std::string::npos);
    return answered == crowd.size();
  }));
  EXPECT_EQ(handshakes("ok"), 100u);
}

TEST_F(TlsTest, TakesARenewedCertificateForNewConnectionsOnly) {
  serve({.name = "old"});
  TlsClient before(server->address());
  ASSERT_TRUE(until([&] { return before.poll(), before.open(); }));
  EXPECT_EQ(context->reload_if_changed(), TlsContext::Reload::kUnchanged);
  write_certificate(files, {.name = "new"});
  EXPECT_EQ(context->reload_if_changed(), TlsContext::Reload::kReplaced);
  TlsClient after(server->address());
  ASSERT_TRUE(until([&] { return after.poll(), after.open(); }));
  EXPECT_EQ(before.peer_name(), "old");
  EXPECT_EQ(after.peer_name(), "new");
  before.say("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(hears(before, "/a|"));
}

TEST_F(TlsTest, KeepsTheOldCertificateWhileTheNewOneIsHalfThere) {
  serve({.name = "old"});
  const TlsFiles fresh = {folder.file("cert.new"), folder.file("key.new")};
  write_certificate(fresh, {.name = "new"});
  std::filesystem::rename(fresh.certificate, files.certificate);
  EXPECT_EQ(context->reload_if_changed(), TlsContext::Reload::kRefused);
  TlsClient meanwhile(server->address());
  ASSERT_TRUE(until([&] { return meanwhile.poll(), meanwhile.open(); }));
  EXPECT_EQ(meanwhile.peer_name(), "old");
  std::filesystem::rename(fresh.key, files.key);
  EXPECT_EQ(context->reload_if_changed(), TlsContext::Reload::kReplaced);
  std::filesystem::remove(files.key);
  EXPECT_EQ(context->reload_if_changed(), TlsContext::Reload::kRefused);
}

TEST_F(TlsTest, SaysWhichFileCannotBeUsedAndWhy) {
  const auto refused = [this](const std::string& words) {
    const std::string why = refusal();
    EXPECT_NE(why.find(words), std::string::npos) << why;
  };
  refused("tls_cert: " + files.certificate + ": No such file");
  write_certificate(files);
  const std::string certificate = files.certificate;
  files.certificate = files.key;
  refused("holds no certificate");
  files.certificate = folder.path();
  refused("is no file");
  files.certificate = certificate;
  std::ofstream(files.key) << "nonsense";
  refused("tls_key: " + files.key + " holds no private key");
  std::filesystem::remove(files.key);
  refused("tls_key: " + files.key + ": No such file");
  write_certificate({folder.file("other.pem"), files.key});
  refused("does not belong to the certificate in " + files.certificate);
  write_certificate(files, {.passphrase = "secret"});
  refused("is protected by a passphrase");
}

TEST_F(TlsTest, ServesAnExpiredCertificateAndSaysWhenItEnded) {
  serve({.valid_from_s = -7200, .valid_until_s = -60});
  TlsClient client(server->address());
  EXPECT_TRUE(until([&] { return client.poll(), client.open(); }));
  const double ended = registry.gauge("tls_certificate_expires_at_seconds", "").value();
  EXPECT_GT(ended, 0);
  EXPECT_LT(ended, static_cast<double>(time(nullptr)));
}

}  // namespace
}  // namespace sdr::net
