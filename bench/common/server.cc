// SPDX-License-Identifier: Apache-2.0
#include "bench/common/server.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "bus/bus.h"
#include "net/socket.h"

namespace sdr::bench {

using Words = std::vector<std::string>;

Server::Server(int server_core, int other_core, const std::string& preload)
    : folder_("/dev/shm/sdr-bench-" + std::to_string(getpid())), http_(free_port()), nats_(free_port()) {
  std::filesystem::create_directories(folder_);
  const std::string nats_port = std::to_string(nats_);
  bus_ = std::make_unique<Process>(Words{"nats-server", "-a", "127.0.0.1", "-p", nats_port}, Words{}, other_core,
                                   folder_ + "/nats.log");
  feeder_ = std::make_unique<Feeder>(FeederOptions{
      .ring = folder_ + "/frames", .frame_bytes = kFrameBytes, .fps = kFps, .keyframe_every = 600, .core = other_core});
  Words environment = {"SDR_SHM_PATH=" + folder_ + "/frames", "SDR_LISTEN_ADDR=127.0.0.1:" + std::to_string(http_),
                       "SDR_UDP_ADDR=127.0.0.1:0", "SDR_TRANSPORT_METRICS_ADDR=127.0.0.1:0",
                       "SDR_NATS_URL=nats://127.0.0.1:" + nats_port};
  if (!preload.empty())
    environment.insert(environment.end(), {"LD_PRELOAD=" + preload, "SDR_COUNTED_HEAP=" + folder_ + "/heap"});
  process_ = std::make_unique<Process>(Words{SDR_TRANSPORT}, environment, server_core, folder_ + "/transport.log");
  bus_thread_ = std::thread([this, other_core] { answer_keyframe_requests(other_core); });
}

Server::~Server() {
  loop_.stop();
  bus_thread_.join();
  process_.reset();
  feeder_.reset();
  bus_.reset();
  if (std::getenv("SDR_BENCH_KEEP") == nullptr) std::filesystem::remove_all(folder_);
}

bool Server::wait_until_ready() const {
  for (int i = 0; i < 200; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (net::connect_tcp(net::Address::parse("127.0.0.1:" + std::to_string(http_)).value())) return true;
  }
  return false;
}

void Server::answer_keyframe_requests(int core) {
  pin_to_core(core);
  Registry registry;
  bus::Bus bus(loop_, registry,
               {.url = "nats://127.0.0.1:" + std::to_string(nats_),
                .service = "bench",
                .name_space = {},
                .user = {},
                .password = {}});
  bus.subscribe("control.request_idr", [this](const bus::Message&) { feeder_->request_keyframe(); });
  bus.start();
  loop_.run();
}

}  // namespace sdr::bench
