// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>

#include "base/assert.h"
#include "frames/crc32.h"
#include "frames/testing.h"

namespace sdr::bench {
namespace {

constexpr std::size_t kWarmUpRounds = 200;

void stay_on_core(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  ::sched_setaffinity(0, sizeof(cores), &cores);
}

void pass_time(int64_t ns) {
  const int64_t end = now_ns() + ns;
  while (now_ns() < end) {
  }
}

int64_t time_warm(std::byte* to, const std::byte* from) {
  const int64_t start = now_ns();
  std::memcpy(to, from, kFrameBytes);
  const uint32_t crc = frames::crc32_of({to, kFrameBytes});
  asm volatile("" : : "r"(crc) : "memory");
  return now_ns() - start;
}

[[noreturn]] void read_frames(const Case& to_run, Exchange& exchange) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  stay_on_core(1);
  std::vector<std::byte> copy(kFrameBytes + 64), second(kFrameBytes + 64);
  const Receive receive = to_run.make_reader(exchange);
  exchange.reader_ready = true;
  for (std::size_t round = 0; round < to_run.rounds; ++round) {
    receive(copy.data());
    exchange.received_ns[round] = now_ns();
    SDR_ASSERT(std::memcmp(copy.data(), payload().data(), kFrameBytes) == 0, to_run.name);
    exchange.warm_ns[round] = time_warm(second.data(), copy.data());
    exchange.acknowledged.store(round + 1, std::memory_order_release);
  }
  ::_exit(0);
}

Figures figures(std::vector<int64_t> ns) {
  ns.erase(ns.begin(), ns.begin() + std::min<std::ptrdiff_t>(kWarmUpRounds, std::ssize(ns) / 2));
  std::ranges::sort(ns);
  const auto at = [&](double share) {
    return static_cast<double>(ns[static_cast<std::size_t>(share * double(ns.size() - 1))]) / 1000;
  };
  return {at(0.50), at(0.99)};
}

Outcome outcome(const Exchange& exchange, std::size_t rounds) {
  std::vector<int64_t> delivery(rounds);
  for (std::size_t i = 0; i < rounds; ++i) delivery[i] = exchange.received_ns[i] - exchange.commit_ns[i];
  return {figures(std::move(delivery)), figures({exchange.warm_ns, exchange.warm_ns + rounds}),
          figures({exchange.fresh_ns, exchange.fresh_ns + rounds})};
}

}  // namespace

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

const std::vector<std::byte>& payload() {
  static const auto bytes = frames::testing::make_payload(1, kFrameBytes);
  return bytes;
}

Outcome run(const Case& to_run) {
  SDR_ASSERT_OP(to_run.rounds, <=, kMaxRounds);
  void* memory = ::mmap(nullptr, sizeof(Exchange), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SDR_ASSERT(memory != MAP_FAILED, "shared memory for the benchmark");
  auto& exchange = *new (memory) Exchange;
  payload();
  const pid_t reader = ::fork();
  SDR_ASSERT(reader >= 0, "fork");
  if (reader == 0) read_frames(to_run, exchange);
  stay_on_core(0);
  while (!exchange.reader_ready) ::usleep(1000);
  const Send send = to_run.make_writer(exchange);
  for (std::size_t round = 0; round < to_run.rounds; ++round) {
    pass_time(to_run.pause_ns);
    send(round);
    while (exchange.acknowledged.load(std::memory_order_acquire) <= round) {
    }
  }
  int status = 0;
  ::waitpid(reader, &status, 0);
  SDR_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0, to_run.name + ": the reader failed");
  const Outcome result = outcome(exchange, to_run.rounds);
  ::munmap(memory, sizeof(Exchange));
  return result;
}

}  // namespace sdr::bench
