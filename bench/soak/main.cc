// SPDX-License-Identifier: Apache-2.0
// Whether the transport is after thousands of viewers what it was before them. See README.md.

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "report.h"
#include "soak.h"

namespace sdr::bench {
namespace {

std::atomic<int> interrupts{0};

SoakOptions read_arguments(int argc, char** argv) {
  SoakOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--minutes") options.minutes = std::atof(argv[i + 1]);
    if (name == "--viewers") options.viewers = std::strtoul(argv[i + 1], nullptr, 10);
    if (name == "--seed") options.seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
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
  if (argc % 2 == 0 || options.minutes <= 0 || options.viewers == 0) {
    std::fprintf(stderr, "usage: bench_soak [--minutes N] [--viewers N] [--seed N]\n");
    return 2;
  }
  raise_descriptor_limit();
  return run(options);
}
