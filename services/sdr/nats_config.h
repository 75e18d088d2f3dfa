// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

// What nats-server is started with: loopback only, JetStream in the run's folder, a monitoring port for health checks,
// and limits that a laptop can bear. Pure.

namespace sdr::command {

struct NatsSettings {
  uint16_t port = 4222, monitor_port = 8222;
  std::string store_folder = {};
  std::string authorization = {};  ///< the users, as bus/users.h writes them; empty: everybody may do everything
  uint64_t free_bytes = 0;         ///< of the store's file system: JetStream may take up to three quarters of it
};

/// JetStream's share of the disk: what bus.md's streams need together, or three quarters of what is free.
uint64_t jetstream_bytes(uint64_t free_bytes);

std::string nats_config(const NatsSettings& settings);

}  // namespace sdr::command
