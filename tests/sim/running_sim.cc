// SPDX-License-Identifier: Apache-2.0
#include "running_sim.h"

#include <exception>

#include "sim/service.h"

namespace sdr::testing {

RunningSim::RunningSim(sim::SimOptions options) : options_(std::move(options)), thread_([this] { run(); }) {}

RunningSim::~RunningSim() { stop(); }

void RunningSim::run() {
  try {
    sim::SimService(loop_, options_).run();
  } catch (const std::exception& error) {
    death_ = error.what();
  }
}

std::string RunningSim::stop() {
  loop_.stop();
  return join();
}

std::string RunningSim::join() {
  if (thread_.joinable()) thread_.join();
  return death_;
}

}  // namespace sdr::testing
