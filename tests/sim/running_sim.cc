// SPDX-License-Identifier: Apache-2.0
#include "running_sim.h"

#include <exception>

#include "sim/service.h"

namespace sdr::testing {

void make_small(sim::SimOptions& options, const std::filesystem::path& folder, const std::string& nats_url) {
  options.robots_dir = SDR_ROBOTS_DIR;
  options.width = 160;
  options.height = 90;
  options.fps = 20;
  options.shm_path = folder / "ring";
  options.run_dir = folder / "run";
  options.nats_url = nats_url;
  options.listen = "127.0.0.1:0";
}

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
