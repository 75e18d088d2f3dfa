// SPDX-License-Identifier: Apache-2.0
// The bus over TLS, to a real server with a certificate of the test's own.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/temporary_folder.h"
#include "net/socket.h"
#include "net/testing/tls.h"
#include "tests/bus/bus_fixture.h"

namespace sdr::bus {
namespace {

using testing::NatsServer;

// Stands between one client and the server, and can let what the server says through a few bytes at a time, each piece
// only after the client's loop has turned.
class Trickle {
 public:
  explicit Trickle(uint16_t server_port) : server_port_(server_port) {
    listener_ = net::listen_tcp(net::Address::parse("127.0.0.1:0").value()).value();
    thread_ = std::thread([this] { run(); });
  }
  ~Trickle() {
    stopping_ = true;
    thread_.join();
  }

  uint16_t port() const { return net::local_address(listener_.get()).value().port(); }
  void begin() { trickling_ = true; }
  void turned() { ++turns_; }
  /// Pieces that went; whether the loop was waited for in vain, after which all goes at once.
  int pieces() const { return pieces_; }
  bool in_vain() const { return in_vain_; }

 private:
  static constexpr size_t kPiece = 7;
  static constexpr auto kPatience = std::chrono::seconds(5);

  void run() {
    while (!stopping_) {
      if (!is_readable(listener_.get())) continue;
      const FileDescriptor client(::accept(listener_.get(), nullptr, nullptr));
      const auto server = net::connect_tcp(net::Address::parse("127.0.0.1:" + std::to_string(server_port_)).value());
      if (client && server.ok()) pass(client.get(), server.value().get());
    }
  }
  void pass(int client, int server) {
    while (!stopping_) {
      if (is_readable(client) && !forward(client, server, never_)) return;
      if (is_readable(server) && !forward(server, client, trickling_)) return;
    }
  }
  bool forward(int from, int to, const std::atomic<bool>& in_pieces) {
    std::array<char, 16384> bytes;
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    const auto count = static_cast<size_t>(got);
    for (size_t sent = 0, step = 0; sent < count; sent += step) {
      step = std::min(in_pieces ? kPiece : count, count - sent);
      if (::send(to, bytes.data() + sent, step, MSG_NOSIGNAL) != static_cast<ssize_t>(step)) return false;
      if (in_pieces) await_turn();
    }
    return true;
  }
  void await_turn() {
    ++pieces_;
    const int before = turns_;
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (turns_ == before && !stopping_) {
      if (std::chrono::steady_clock::now() > give_up) {
        trickling_ = false;
        in_vain_ = true;
        return;
      }
      std::this_thread::yield();
    }
  }
  static bool is_readable(int fd) {
    pollfd wanted{fd, POLLIN, 0};
    return ::poll(&wanted, 1, 2) > 0;
  }

  const uint16_t server_port_;
  FileDescriptor listener_;
  const std::atomic<bool> never_{false};
  std::atomic<bool> stopping_{false}, trickling_{false}, in_vain_{false};
  std::atomic<int> turns_{0}, pieces_{0};
  std::thread thread_;
};

class BusTlsTest : public BusFixture {
 protected:
  BusTlsTest() {
    testing::write_certificate(files_, {.alternatives = "IP:127.0.0.1"});
    ::setenv("SSL_CERT_FILE", files_.certificate.c_str(), 1);  // what OpenSSL trusts
  }
  ~BusTlsTest() override { ::unsetenv("SSL_CERT_FILE"); }

  std::vector<std::string> arguments() const {
    return {"--tls", "--tlscert", files_.certificate, "--tlskey", files_.key};
  }
  static uint16_t port_of(const NatsServer& server) {
    return static_cast<uint16_t>(std::stoi(server.url().substr(server.url().rfind(':') + 1)));
  }
  static BusConfig over_tls(uint16_t port) { return config("tls://127.0.0.1:" + std::to_string(port)); }

  testing::TemporaryFolder folder_;
  net::TlsFiles files_{folder_.file("certificate.pem"), folder_.file("key.pem")};
};

TEST_F(BusTlsTest, CarriesSmallAndLargeMessagesInOrder) {
  NatsServer server(arguments());
  Bus sender(loop_, registry_, over_tls(port_of(server))), receiver(loop_, registry_, over_tls(port_of(server)));
  std::vector<std::string> received;
  receiver.subscribe("telemetry.imu", [&](const Message& message) { received.emplace_back(message.payload); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver)) << sender.last_error();
  std::vector<std::string> sent;
  for (size_t i = 0; i < 300; ++i)
    sent.push_back(std::string(i % 50 == 0 ? 100'000 : i, static_cast<char>('a' + i % 26)));
  for (size_t i = 0; i < sent.size(); ++i) {
    ASSERT_TRUE(sender.publish("telemetry.imu", sent[i]));
    if (i % 50 != 49) continue;  // an inbox holds no more than some values
    ASSERT_TRUE(until([&] { return received.size() > i; })) << received.size();
  }
  EXPECT_EQ(received, sent);
}

TEST_F(BusTlsTest, NeverHoldsTheLoopForTheRestOfARecord) {
  NatsServer server(arguments());
  Trickle trickle(port_of(server));
  Bus sender(loop_, registry_, over_tls(port_of(server))), receiver(loop_, registry_, over_tls(trickle.port()));
  std::vector<std::string> received;
  receiver.subscribe("telemetry.imu", [&](const Message& message) { received.emplace_back(message.payload); });
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  trickle.begin();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sender.publish("telemetry.imu", std::string(100, 'x') + std::to_string(i)));
  ASSERT_TRUE(until([&] { return trickle.turned(), received.size() >= 5; }));
  EXPECT_GE(trickle.pieces(), 5 * 100 / 7);
  EXPECT_FALSE(trickle.in_vain()) << "the loop stood still in the middle of a record";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(received[static_cast<size_t>(i)].back(), static_cast<char>('0' + i));
}

TEST_F(BusTlsTest, ComesBackWithTheServer) {
  NatsServer server(arguments());
  Bus sender(loop_, registry_, over_tls(port_of(server))), receiver(loop_, registry_, over_tls(port_of(server)));
  ASSERT_TRUE(connect(sender) && connect(receiver) && reaches(sender, receiver));
  server.kill();
  ASSERT_TRUE(until([&] { return sender.state() == BusState::lost && receiver.state() == BusState::lost; }));
  server.restart(arguments());
  ASSERT_TRUE(until([&] { return sender.state() == BusState::connected && receiver.state() == BusState::connected; }));
  EXPECT_TRUE(reaches(sender, receiver));
}

TEST_F(BusTlsTest, TalksToNobodyWhoseCertificateIsUnknown) {
  const net::TlsFiles strangers{folder_.file("strangers.pem"), folder_.file("strangers.key")};
  testing::write_certificate(strangers, {.alternatives = "IP:127.0.0.1"});
  NatsServer server({"--tls", "--tlscert", strangers.certificate, "--tlskey", strangers.key});
  Bus bus(loop_, registry_, over_tls(port_of(server)));
  bus.start();
  EXPECT_TRUE(until([&] { return !bus.last_error().empty(); }));
  EXPECT_EQ(bus.state(), BusState::connecting) << bus.last_error();
}

TEST_F(BusTlsTest, TalksToNobodyOfAnotherName) {
  testing::write_certificate(files_, {.alternatives = "IP:127.0.0.2"});
  NatsServer server(arguments());
  Bus bus(loop_, registry_, over_tls(port_of(server)));
  bus.start();
  EXPECT_TRUE(until([&] { return !bus.last_error().empty(); }));
  EXPECT_EQ(bus.state(), BusState::connecting) << bus.last_error();
}

}  // namespace
}  // namespace sdr::bus
