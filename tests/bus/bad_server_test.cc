// SPDX-License-Identifier: Apache-2.0
// The bus against something that speaks like a NATS server and then says what none would.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "base/file_descriptor.h"
#include "bus/bus.h"

namespace sdr::bus {
namespace {

constexpr std::string_view kInfo =
    "INFO {\"server_id\":\"x\",\"version\":\"2.9.0\",\"proto\":1,\"max_payload\":1048576,\"headers\":true}\r\n";

// Greets each client as a server does, says its words in one piece, and hears the client out.
class BadServer {
 public:
  explicit BadServer(std::string words) : words_(std::move(words)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), any, length) != 0 || ::listen(socket_.get(), 4) != 0 ||
        ::getsockname(socket_.get(), any, &length) != 0) {
      throw std::runtime_error("no port for a server");
    }
    url_ = "nats://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~BadServer() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    if (const int client = client_.load(); client >= 0) ::shutdown(client, SHUT_RDWR);
    thread_.join();
  }

  const std::string& url() const { return url_; }
  int said() const { return said_.load(); }

 private:
  void serve() {
    while (true) {
      const FileDescriptor client(::accept(socket_.get(), nullptr, nullptr));
      if (!client) return;
      client_ = client.get();
      talk(client.get());
      client_ = -1;
    }
  }

  void talk(int client) {
    std::string heard;
    char buffer[4096];
    say(client, kInfo);
    for (ssize_t got = 0; heard.find("PING") == std::string::npos; heard.append(buffer, static_cast<size_t>(got))) {
      got = ::recv(client, buffer, sizeof buffer, 0);
      if (got <= 0) return;
    }
    say(client, "PONG\r\n");
    say(client, words_);
    ++said_;
    while (::recv(client, buffer, sizeof buffer, 0) > 0) {
    }
  }

  static void say(int client, std::string_view words) {
    (void)!::send(client, words.data(), words.size(), MSG_NOSIGNAL);
  }

  const std::string words_;
  const FileDescriptor socket_;
  std::string url_;
  std::atomic<int> client_{-1}, said_{0};
  std::thread thread_;
};

struct Words {
  const char* name;
  std::string words;
};

class BadServerTest : public ::testing::TestWithParam<Words> {};

// It is left and sought again; nothing of it gets through.
TEST_P(BadServerTest, IsLeftAndSoughtAgain) {
  EventLoop loop;
  Registry registry;
  int handled = 0;
  BadServer server(GetParam().words);
  Bus bus(loop, registry, {.url = server.url(), .service = "test", .name_space = {}, .user = {}, .password = {}});
  bus.subscribe("telemetry.>", [&](const Message&) { ++handled; });
  bus.start();
  const Time give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (server.said() < 3 && std::chrono::steady_clock::now() < give_up) loop.run_once(std::chrono::milliseconds(5));
  EXPECT_GE(server.said(), 3);
  EXPECT_EQ(handled, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadServerTest,
    ::testing::Values(Words{"TwoFatalErrors", "-ERR 'Stale Connection'\r\n-ERR 'Stale Connection'\r\n"},
                      Words{"TwoRefusals", "-ERR 'Authorization Violation'\r\n-ERR 'Authorization Violation'\r\n"},
                      Words{"NoProtocol", "GET / HTTP/1.1\r\n\r\n"},
                      Words{"MessageOfNobody", "MSG telemetry.imu 4711 2\r\n{}\r\nXYZ\r\n"},
                      Words{"MessageOfNegativeSize", "MSG telemetry.imu 1 -7\r\n{}\r\n"},
                      Words{"MessageOfHugeSize", "MSG telemetry.imu 1 99999999999999999999\r\n{}\r\n"},
                      Words{"LineWithoutEnd", "MSG " + std::string(9000, 'x')}),
    [](const auto& words) { return std::string(words.param.name); });

}  // namespace
}  // namespace sdr::bus
