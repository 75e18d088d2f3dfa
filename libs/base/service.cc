// SPDX-License-Identifier: Apache-2.0
#include "base/service.h"

#include <pthread.h>
#include <sys/signalfd.h>

#include <csignal>
#include <exception>
#include <string>

#include "base/log.h"
#include "base/scheduling.h"

namespace sdr {
namespace {

constexpr int kExitOther = 1, kExitBadConfiguration = 2;

// Blocked in this thread before any other is made, so that none of them is ever interrupted by these signals.
FileDescriptor block_stop_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

void run_until_signal(std::string_view service, const std::function<void(EventLoop&)>& run) {
  const FileDescriptor signals = block_stop_signals();
  EventLoop loop;
  loop.watch(signals.get(), EPOLLIN, [&](uint32_t) {
    signalfd_siginfo info{};
    if (::read(signals.get(), &info, sizeof info) != sizeof info) return;
    log_info("stopping", {{"signal", info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM"}});
    loop.stop();
  });
  run(loop);
  log_info("stopped", {{"name", service}});
}

}  // namespace

int run_service(std::string_view service, int argc, const char* const* argv,
                const std::function<void(Options&)>& describe, const std::function<void(EventLoop&)>& run) {
  try {
    configure_log(service);
    ask_to_wake_soon();
    Options options{std::string(service)};
    describe(options);
    if (options.load(argc, argv) == Options::Outcome::exit) return 0;
    run_until_signal(service, run);
    return 0;
  } catch (const ConfigError& error) {
    log_error(error.what());
    return kExitBadConfiguration;
  } catch (const std::exception& error) {
    log_error(error.what());
    return kExitOther;
  }
}

void name_thread(const char* name) { pthread_setname_np(pthread_self(), name); }

}  // namespace sdr
