// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "base/config.h"
#include "base/event_loop.h"

// The life of a service's process: what its main() is made of.
//
//   int main(int argc, char** argv) {
//     return sdr::run_service("sdr-sim", argc, argv, [](sdr::Options& options) { ... add options ... },
//                             [](sdr::EventLoop& loop) { ... build, loop.run(), tear down in reverse order ... });
//   }

namespace sdr {

/// Configures the log, asks the scheduler to be woken soon (scheduling.h; threads inherit it), reads the options, turns
/// SIGTERM and SIGINT into loop.stop(), ignores SIGPIPE, and runs. Gives the process's exit code: 0 after a signal, 2
/// for bad configuration, 1 for anything else; errors are one line.
int run_service(std::string_view service, int argc, const char* const* argv,
                const std::function<void(Options&)>& describe, const std::function<void(EventLoop&)>& run);

/// The name of the calling thread, for debuggers and `top -H`; 15 characters at most.
void name_thread(const char* name);

}  // namespace sdr
