// SPDX-License-Identifier: Apache-2.0
// An operator as a process of its own, to be killed: `fault_operator ADDRESS YAW` drives until it is ended.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tests/faults/operator.h"

int main(int argc, char** argv) try {
  using namespace std::chrono_literals;
  if (argc != 3) return 2;
  const auto address = sdr::net::Address::parse(argv[1]);
  if (!address) return 2;
  sdr::EventLoop loop;
  sdr::faults::Operator pilot(loop, *address);
  pilot.connect();
  pilot.set_stick(0.0);
  loop.every(20ms, [&] {
    if (pilot.safety().mode == sdr::schema::Mode::armed) pilot.set_stick(std::atof(argv[2]));
    if (!pilot.connected()) loop.stop();
  });
  loop.run();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
