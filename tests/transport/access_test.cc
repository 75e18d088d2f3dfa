// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class TransportAccess : public TransportTest {
 protected:
  std::string get(const std::string& path, const std::string& headers = "Host: 127.0.0.1\r\n") {
    return http("GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
  }
};

TEST_F(TransportAccess, ServesPageStatusHealthAndMetrics) {
  std::filesystem::create_directory(folder.file("web"));
  std::ofstream(folder.file("web") + "/index.html") << "<p>the page";
  open_ring();
  start();
  EXPECT_TRUE(has(get("/"), "<p>the page"));
  EXPECT_TRUE(has(get("/api/status"), "\"operator\":null"));
  EXPECT_TRUE(has(get("/health"), "\"shm_seq\":0"));
  const std::string metrics = get("/metrics");
  EXPECT_TRUE(has(metrics, "connected_clients 0"));
  EXPECT_TRUE(has(metrics, "forward_latency_us_bucket"));
  EXPECT_TRUE(has(get("/../../etc/passwd"), "400"));
  EXPECT_TRUE(has(get("/stream/ws"), "426"));
  EXPECT_TRUE(has(get("/stream/whep"), "405"));
}

TEST_F(TransportAccess, SaysThatThePageIsNotBuilt) {
  start();
  EXPECT_TRUE(has(get("/"), "./sdr up"));
}

TEST_F(TransportAccess, RefusesPagesOfOtherOriginsAndNamesThatPointHere) {
  options.origins = {"https://robots.example"};
  start();
  const auto status = [&](const std::string& headers) {
    WsClient client(transport->address(), "", headers);
    EXPECT_TRUE(until([&] { return client.poll(), !client.answer().empty(); }));
    return client.answer().substr(9, 3);
  };
  EXPECT_EQ(status(""), "101");
  EXPECT_EQ(status("Origin: http://" + transport->address().to_string() + "\r\n"), "101");
  EXPECT_EQ(status("Origin: https://robots.example\r\n"), "101");
  EXPECT_EQ(status("Origin: https://evil.example\r\n"), "403");
  EXPECT_EQ(status("Origin: null\r\n"), "403");
  EXPECT_TRUE(has(get("/api/status", "Host: evil.example\r\n"), "403"));
}

// A name may begin like an address: it once passed for one.
TEST_F(TransportAccess, TakesNoNameThatBeginsLikeLoopback) {
  start();
  EXPECT_TRUE(has(get("/api/status", "Host: 127.0.0.1.evil.example\r\n"), " 403 "));
  EXPECT_TRUE(has(get("/", "Host: 127.evil.example\r\n"), " 403 "));
  EXPECT_TRUE(has(http("POST /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n"
                       "Content-Length: 0\r\nConnection: close\r\n\r\n"),
                  " 403 "));
}

TEST_F(TransportAccess, MakesEverybodyAnAdminOnLoopbackWithoutTokens) {
  open_ring();
  start();
  auto client = connect_as("", "admin");
  EXPECT_TRUE(has(get("/api/status"), R"("access":{"token_needed":false,"role":"admin"})"));
}

TEST_F(TransportAccess, RefusesClientsBeyondTheLimit) {
  options.clients_max = 1;
  open_ring();
  start();
  auto first = connect();
  EXPECT_TRUE(first->open());
  EXPECT_TRUE(has(connect()->answer(), "503"));
}

pid_t launch(const std::vector<std::string>& arguments, const std::string& log) {
  const pid_t pid = fork();
  if (pid == 0) {
    freopen(log.c_str(), "w", stderr);
    freopen(log.c_str(), "a", stdout);
    std::vector<char*> argv = {const_cast<char*>(SDR_TRANSPORT)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(SDR_TRANSPORT, argv.data());
    _exit(127);
  }
  return pid;
}

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Exit code and output of the real executable.
std::pair<int, std::string> run(const std::vector<std::string>& arguments, const std::string& log) {
  int status = 0;
  waitpid(launch(arguments, log), &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(log)};
}

TEST(TransportProcess, RefusesBadConfigurationWithOneLine) {
  TemporaryFolder folder;
  const auto wide = run({"--listen-addr", "0.0.0.0:0", "--metrics-addr", "127.0.0.1:0"}, folder.file("log"));
  EXPECT_EQ(wide.first, 2);
  EXPECT_TRUE(has(wide.second, "--insecure"));
  EXPECT_EQ(run({"--listen-addr", "nonsense"}, folder.file("log")).first, 2);
  EXPECT_EQ(run({"--no-such-flag", "1"}, folder.file("log")).first, 2);
  EXPECT_EQ(run({"--clients-max", "-5"}, folder.file("log")).first, 2);
  EXPECT_EQ(run({"--print-config"}, folder.file("log")).first, 0);
}

TEST(TransportProcess, RefusesTokensThatOthersMayRead) {
  TemporaryFolder folder;
  std::ofstream(folder.file("tokens")) << "operator operators-token-0001\n";
  chmod(folder.file("tokens").c_str(), 0644);
  const std::vector<std::string> arguments = {
      "--listen-addr", "0.0.0.0:0", "--metrics-addr", "127.0.0.1:0", "--access-tokens-file", folder.file("tokens")};
  const auto open = run(arguments, folder.file("log"));
  EXPECT_EQ(open.first, 2);
  EXPECT_TRUE(has(open.second, "chmod 600"));
  std::ofstream(folder.file("tokens")) << "operator my-secret-that-is-wrong!!\n";
  chmod(folder.file("tokens").c_str(), 0600);
  const auto wrong = run(arguments, folder.file("log"));
  EXPECT_EQ(wrong.first, 2);
  EXPECT_TRUE(has(wrong.second, "line 1: "));
  EXPECT_FALSE(has(wrong.second, "my-secret"));
}

TEST(TransportProcess, MakesATokenAndHidesWhatItIsGiven) {
  TemporaryFolder folder;
  const auto made = run({"--make-token", "operator"}, folder.file("log"));
  EXPECT_EQ(made.first, 0);
  EXPECT_TRUE(has(made.second, "operator sha256:"));
  EXPECT_TRUE(has(made.second, ": sdr_"));
  EXPECT_EQ(run({"--make-token", "owner"}, folder.file("log")).first, 2);
  const auto shown = run({"--access-tokens", "operator:operators-token-0001", "--print-config"}, folder.file("log"));
  EXPECT_EQ(shown.first, 0);
  EXPECT_TRUE(has(shown.second, "access_tokens = [\"(hidden)\"]"));
}

/// The address in the line that says that it serves.
std::string served_address(const std::string& log) {
  const size_t at = log.find("serving");
  if (at == std::string::npos) return "";
  const size_t start = log.find("127.0.0.1:", at), end = log.find_first_of(" \"\n", start);
  return end == std::string::npos ? "" : log.substr(start, end - start);
}

TEST(TransportProcess, WritesNoTokenIntoItsLog) {
  TemporaryFolder folder;
  const std::string known = "operators-token-0001", guess = "guessed-token-000001";
  const pid_t pid =
      launch({"--listen-addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--shm-path", folder.file("frames"),
              "--nats-url", "nats://127.0.0.1:1", "--access-tokens", "operator:" + known},
             folder.file("log"));
  const Time give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string address;
  while (address.empty() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    address = served_address(read(folder.file("log")));
  }
  ASSERT_NE(address, "") << read(folder.file("log"));
  for (const std::string& token : {known, guess}) {
    WsClient by_header(net::Address::parse(address).value(), "", "Authorization: Bearer " + token + "\r\n");
    WsClient by_message(net::Address::parse(address).value());
    by_message.command(R"({"action":"auth","cmd_seq":1,"data":{"token":")" + token + R"("}})");
    for (const char* broken : {R"({"action":"auth","data":{"token":")", R"({"action":"x","data":{"token":")"}) {
      WsClient odd(net::Address::parse(address).value());
      odd.command(broken + token);
      while (!odd.ended() && std::chrono::steady_clock::now() < give_up) odd.poll();
    }
    const auto answered = [](const WsClient& client) { return !client.messages.empty() || client.ended(); };
    while (!answered(by_message) && std::chrono::steady_clock::now() < give_up) by_message.poll();
    while (by_header.answer().empty() && std::chrono::steady_clock::now() < give_up) by_header.poll();
  }
  kill(pid, SIGTERM);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const std::string log = read(folder.file("log"));
  EXPECT_TRUE(has(log, "a viewer came"));
  EXPECT_FALSE(has(log, known)) << log;
  EXPECT_FALSE(has(log, guess)) << log;
}

}  // namespace
}  // namespace sdr::testing
