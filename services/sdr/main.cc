// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <string_view>

#include "base/config.h"
#include "base/log.h"
#include "sdr/doctor.h"
#include "sdr/nats_users.h"
#include "sdr/up.h"

namespace {

constexpr std::string_view kUsage =
    "usage: sdr COMMAND [options]\n\n"
    "  up           NATS, the simulator and the transport, for as long as this runs\n"
    "  doctor       what this machine can do\n"
    "  nats-users   users and permissions for a NATS server of your own\n\n"
    "sdr COMMAND --help says more. ./sdr in the source tree also builds, tests and measures.\n";

int run(std::string_view command, int argc, const char* const* argv) {
  if (command == "up") return sdr::command::run_up(argc, argv);
  if (command == "doctor") return sdr::command::run_doctor(argc, argv);
  if (command == "nats-users") return sdr::command::run_nats_users(argc, argv);
  if (command == "--help" || command == "help") {
    std::fputs(kUsage.data(), stdout);
    return 0;
  }
  throw sdr::ConfigError("unknown command '" + std::string(command) + "' (see --help)");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    sdr::configure_log("sdr");
    return run(argc > 1 ? argv[1] : "--help", argc - 1, argv + 1);
  } catch (const sdr::ConfigError& error) {
    std::fprintf(stderr, "sdr: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sdr: %s\n", error.what());
    return 1;
  }
}
