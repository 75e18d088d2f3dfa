// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

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
  EXPECT_TRUE(has(get("/stream/whep"), "501"));
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

TEST_F(TransportAccess, RefusesClientsBeyondTheLimit) {
  options.clients_max = 1;
  open_ring();
  start();
  auto first = connect();
  EXPECT_TRUE(first->open());
  EXPECT_TRUE(has(connect()->answer(), "503"));
}

/// Exit code and output of the real executable.
std::pair<int, std::string> run(const std::vector<std::string>& arguments, const std::string& log) {
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
  int status = 0;
  waitpid(pid, &status, 0);
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str()};
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

}  // namespace
}  // namespace sdr::testing
