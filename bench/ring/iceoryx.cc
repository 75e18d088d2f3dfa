// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <new>

#include "base/assert.h"
#include "cases.h"
#include "frames/crc32.h"
#include "iceoryx_hoofs/log/logmanager.hpp"
#include "iceoryx_posh/internal/roudi/roudi.hpp"
#include "iceoryx_posh/popo/untyped_publisher.hpp"
#include "iceoryx_posh/popo/untyped_subscriber.hpp"
#include "iceoryx_posh/roudi/iceoryx_roudi_components.hpp"
#include "iceoryx_posh/runtime/posh_runtime.hpp"

// The same work as the ring's: the writer puts payload and CRC into shared memory and publishes, the reader spins on
// take(), copies and checks. Its daemon runs as a process of its own, as iceoryx demands; everything of it ends with a
// child of ours.

namespace sdr::bench {
namespace {

const iox::capro::ServiceDescription kService{"sdr", "bench", "ring"};
constexpr uint64_t kChunks = 16;
constexpr uint64_t kChunkBytes = kFrameBytes + 64;  // the CRC lies behind the payload

[[noreturn]] void be_the_daemon() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);  // before its threads start
  iox::mepoo::MePooConfig pools;
  pools.addMemPool({kChunkBytes, kChunks});
  const auto group = iox::posix::PosixGroup::getGroupOfCurrentProcess().getName();
  iox::RouDiConfig_t config;
  config.m_sharedMemorySegments.push_back({group, group, pools});
  iox::roudi::IceOryxRouDiComponents components(config);
  {
    iox::roudi::RouDi daemon(components.rouDiMemoryManager, components.portManager,
                             {iox::roudi::MonitoringMode::OFF, false});
    int signal = 0;
    ::sigwait(&ends, &signal);
  }
  ::unlink("/dev/shm/iceoryx_mgmt");  // it leaves them where applications ended without a farewell, as ours do
  ::unlink(("/dev/shm/" + std::string(group.c_str())).c_str());
  ::_exit(0);
}

Receive make_reader(Exchange&) {
  iox::runtime::PoshRuntime::initRuntime("sdr-bench-reader");
  auto subscriber = std::make_shared<iox::popo::UntypedSubscriber>(kService);
  while (subscriber->getSubscriptionState() != iox::SubscribeState::SUBSCRIBED &&
         subscriber->getSubscriptionState() != iox::SubscribeState::WAIT_FOR_OFFER) {
  }
  return [subscriber](std::byte* copy) {
    for (;;) {
      auto chunk = subscriber->take();
      if (chunk.has_error()) continue;
      uint32_t crc = 0;
      const auto* bytes = static_cast<const std::byte*>(chunk.value());
      std::memcpy(copy, bytes, kFrameBytes);
      std::memcpy(&crc, bytes + kFrameBytes, sizeof(crc));
      SDR_ASSERT(frames::crc32_of({copy, kFrameBytes}) == crc, "the same bytes");
      subscriber->release(chunk.value());
      return;
    }
  };
}

Send make_writer(Exchange& exchange) {
  iox::runtime::PoshRuntime::initRuntime("sdr-bench-writer");
  auto publisher = std::make_shared<iox::popo::UntypedPublisher>(kService);
  while (!publisher->hasSubscribers()) ::usleep(1000);
  return [publisher, &exchange](std::size_t round) {
    auto chunk = publisher->loan(kFrameBytes + sizeof(uint32_t));
    SDR_ASSERT(!chunk.has_error(), "a chunk to write to");
    auto* bytes = static_cast<std::byte*>(chunk.value());
    const uint32_t crc = frames::crc32_of(payload());
    std::memcpy(bytes, payload().data(), kFrameBytes);
    std::memcpy(bytes + kFrameBytes, &crc, sizeof(crc));
    exchange.commit_ns[round] = now_ns();
    publisher->publish(chunk.value());
  };
}

[[noreturn]] void measure(Outcome& result) {
  const pid_t daemon = ::fork();
  if (daemon == 0) be_the_daemon();
  result = run({.name = "iceoryx",
                .make_reader = make_reader,
                .make_writer = make_writer,
                .rounds = 20'000,
                .pause_ns = 10'000});
  ::kill(daemon, SIGTERM);
  ::waitpid(daemon, nullptr, 0);
  ::_exit(0);
}

}  // namespace

std::optional<Outcome> run_iceoryx() {
  iox::log::LogManager::GetLogManager().SetDefaultLogLevel(iox::log::LogLevel::kError,
                                                           iox::log::LogLevelOutput::kHideLogLevel);
  void* memory = ::mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  SDR_ASSERT(memory != MAP_FAILED, "shared memory for the benchmark");
  auto& shared = *new (memory) Outcome;
  const pid_t child = ::fork();
  if (child == 0) measure(shared);
  int status = 0;
  ::waitpid(child, &status, 0);
  const Outcome result = shared;
  ::munmap(memory, sizeof(Outcome));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return result;
}

}  // namespace sdr::bench
