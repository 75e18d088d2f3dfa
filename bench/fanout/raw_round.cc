// SPDX-License-Identifier: Apache-2.0
#include "raw_round.h"

#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <vector>

#include "bench/common/process.h"
#include "net/socket.h"
#include "viewers.h"

namespace sdr::bench {
namespace {

using Steady = std::chrono::steady_clock;

double us_since(Steady::time_point start) {
  return std::chrono::duration<double, std::micro>(Steady::now() - start).count();
}

void send_rounds(const std::vector<FileDescriptor>& sockets, size_t message_bytes, double fps, int seconds, int core,
                 Times& sends, Times& rounds) {
  pin_to_core(core);
  std::vector<uint8_t> message(message_bytes, 0);
  message[0] = 0x82;  // a WebSocket head, and a type that the readers skip
  message[1] = 126;
  message[2] = static_cast<uint8_t>((message_bytes - 4) >> 8);
  message[3] = static_cast<uint8_t>(message_bytes - 4);
  auto next = Steady::now();
  for (int round = 0; round < static_cast<int>(fps) * seconds; ++round) {
    next += std::chrono::nanoseconds(static_cast<int64_t>(1e9 / fps));
    std::this_thread::sleep_until(next);
    const auto start = Steady::now();
    for (const FileDescriptor& socket : sockets) {
      (void)!send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL);
      sends.add(us_since(start));
    }
    rounds.add(us_since(start));
  }
}

}  // namespace

RawRound measure_raw_round(size_t sockets, size_t message_bytes, double fps, int seconds, int sender_core) {
  const auto listener = net::listen_tcp(net::Address::parse("127.0.0.1:0").value());
  const net::Address address = net::local_address(listener.value().get()).value();
  Viewers readers;
  std::vector<FileDescriptor> senders;
  while (senders.size() < sockets) {
    readers.adopt(std::move(net::connect_tcp(address).value()));
    senders.push_back(FileDescriptor(accept(listener.value().get(), nullptr, nullptr)));
    (void)net::set_no_delay(senders.back().get());
  }
  Times sends, rounds;
  std::thread sender([&] { send_rounds(senders, message_bytes, fps, seconds, sender_core, sends, rounds); });
  readers.run(std::chrono::milliseconds(seconds * 1000 + 200));
  sender.join();
  return {sends.quantile_ms(0.5), sends.quantile_ms(0.95), sends.quantile_ms(0.99), rounds.quantile_ms(0.5)};
}

}  // namespace sdr::bench
