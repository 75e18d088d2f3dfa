// SPDX-License-Identifier: Apache-2.0
// Whether the transport is after thousands of viewers what it was before them. See README.md.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/common/flags.h"
#include "report.h"
#include "soak.h"

namespace sdr::bench {
namespace {

std::atomic<int> interrupts{0};

SoakOptions read_arguments(int argc, char** argv) {
  SoakOptions options;
  Flags flags("soak");
  flags.add("minutes", &options.minutes, {.help = "of viewers coming and going", .least = 0.1, .most = 1440});
  flags.add("viewers", &options.viewers,
            {.help = "places that are taken, left, and taken again", .least = 1, .most = 1000});
  flags.add("seed", &options.seed, {.help = "of who comes when"});
  flags.read(argc, argv);
  return options;
}

int run(const SoakOptions& options) {
  for (const int number : {SIGINT, SIGTERM}) {
    std::signal(number, [](int) { interrupts.fetch_add(1); });
  }
  Soak soak(options, [] { return interrupts.load(); });
  const SoakFindings findings = soak.run();
  report(options, findings);
  return findings.broken.empty() ? 0 : 1;
}

}  // namespace
}  // namespace sdr::bench

int main(int argc, char** argv) {
  using namespace sdr::bench;
  const SoakOptions options = read_arguments(argc, argv);
  raise_descriptor_limit();
  return run(options);
}
