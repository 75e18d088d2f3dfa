// SPDX-License-Identifier: Apache-2.0
// From publish() in one service to the handler on another's loop, over a nats-server on loopback, beside a bare TCP
// round of the same bytes through the kernel twice, which is the least that a broker can do.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/event_loop.h"
#include "bench/common/flags.h"
#include "bus/typed.h"
#include "tests/bus/nats_server.h"

namespace {

using namespace sdr;
using Clock = std::chrono::steady_clock;

constexpr auto kInterval = std::chrono::microseconds(500);

double us_since(uint64_t then_ns) {
  const auto now_ns = static_cast<uint64_t>(Clock::now().time_since_epoch().count());
  return static_cast<double>(now_ns - then_ns) / 1e3;
}

uint64_t now_ns() { return static_cast<uint64_t>(Clock::now().time_since_epoch().count()); }

struct Quantiles {
  double p50, p99;
};

Quantiles quantiles(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) { return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1))]; };
  return {at(0.5), at(0.99)};
}

// Both ends of the bus in one process: the sender on a thread, the receiver on the loop.
Quantiles over_the_bus(const std::string& url, size_t count) {
  EventLoop loop;
  Registry registry;
  bus::Bus sender(loop, registry, {.url = url, .service = "sender", .name_space = {}, .user = {}, .password = {}});
  bus::Bus receiver(loop, registry, {.url = url, .service = "receiver", .name_space = {}, .user = {}, .password = {}});
  std::vector<double> latencies;
  std::atomic<size_t> received{0};
  bus::subscribe<schema::RobotClock>(receiver, "telemetry.clock", [&](const schema::RobotClock& clock) {
    if (clock.robot_us != 0) latencies.push_back(us_since(clock.robot_us));
    ++received;
  });
  sender.start();
  receiver.start();
  while (received == 0) {
    (void)bus::publish(sender, "telemetry.clock", schema::RobotClock{0});
    loop.run_once(std::chrono::milliseconds(5));
  }
  std::thread thread([&] {
    for (size_t i = 0; i < count; ++i) {
      std::this_thread::sleep_for(kInterval);
      (void)bus::publish(sender, "telemetry.clock", schema::RobotClock{now_ns()});
    }
  });
  while (latencies.size() < count) loop.run_once(std::chrono::milliseconds(5));
  thread.join();
  return quantiles(latencies);
}

struct Pair {
  FileDescriptor one, other;
};

Pair tcp_pair() {
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener.get(), 1);
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  Pair pair{FileDescriptor(::socket(AF_INET, SOCK_STREAM, 0)), {}};
  ::connect(pair.one.get(), reinterpret_cast<sockaddr*>(&address), size);
  pair.other.reset(::accept(listener.get(), nullptr, nullptr));
  const int on = 1;
  for (const int fd : {pair.one.get(), pair.other.get()}) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return pair;
}

// Sender, a thread in the middle that passes bytes on, receiver: two loopback connections, three blocking threads.
Quantiles over_two_sockets(size_t count) {
  Pair in = tcp_pair(), out = tcp_pair();
  std::thread middle([&] {
    uint64_t stamp;
    while (::recv(in.other.get(), &stamp, sizeof stamp, MSG_WAITALL) == sizeof stamp) {
      (void)::send(out.one.get(), &stamp, sizeof stamp, MSG_NOSIGNAL);
    }
  });
  std::thread sender([&] {
    for (size_t i = 0; i < count; ++i) {
      std::this_thread::sleep_for(kInterval);
      const uint64_t stamp = now_ns();
      (void)::send(in.one.get(), &stamp, sizeof stamp, MSG_NOSIGNAL);
    }
    ::shutdown(in.one.get(), SHUT_WR);
  });
  std::vector<double> latencies;
  uint64_t stamp;
  while (latencies.size() < count && ::recv(out.other.get(), &stamp, sizeof stamp, MSG_WAITALL) == sizeof stamp) {
    latencies.push_back(us_since(stamp));
  }
  sender.join();
  middle.join();
  return quantiles(latencies);
}

}  // namespace

int main(int argc, char** argv) {
  size_t count = 10000;
  bench::Flags flags("bus");
  flags.add("messages", &count, {.help = "one each half millisecond", .least = 1, .most = 1e7});
  flags.read(argc, argv);
  if (!testing::have_nats_server()) {
    std::puts("skipped: nats-server is not installed");
    return 0;
  }
  const Quantiles bare = over_two_sockets(count);
  testing::NatsServer server;
  const Quantiles bus = over_the_bus(server.url(), count);
  std::printf("bus, publish to handler, %zu messages: p50 %.0f us, p99 %.0f us\n", count, bus.p50, bus.p99);
  std::printf("two loopback sockets and a thread between: p50 %.0f us, p99 %.0f us; ratio of p50 %.2f\n", bare.p50,
              bare.p99, bus.p50 / bare.p50);
  std::printf(
      "{\"bench\":\"bus\",\"messages\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"bare_p50_us\":%.1f,\"bare_p99_us\":%.1f,"
      "\"ratio_p50\":%.3f}\n",
      count, bus.p50, bus.p99, bare.p50, bare.p99, bus.p50 / bare.p50);
  return 0;
}
