// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "bus/login.h"

namespace sdr::transport {

/// What `configs/transport.toml`, the environment and the flags decide.
struct TransportOptions {
  static constexpr uint16_t kUdpPort = 8189;

  std::string listen_addr = "127.0.0.1:8080";
  std::string metrics_addr = "127.0.0.1:9100";
  std::string tls_cert, tls_key;
  bool insecure = false;
  std::string access_tokens_file;
  std::vector<std::string> access_tokens;
  std::string make_token;
  std::vector<std::string> origins;
  bool webrtc = true;
  std::string udp_addr;  // empty: where listen_addr is, on kUdpPort
  std::vector<std::string> udp_announce;
  std::vector<std::string> ice_servers;
  int64_t rtc_threads = -1;  // beside the loop; -1: what the cores allow
  std::string web_root = "web/dist";
  std::string shm_path = "/dev/shm/sdr_os_ipc/frames";
  bool crc_enabled = true;
  int64_t frame_bytes_max = 4 << 20;
  std::string nats_url = "nats://127.0.0.1:4222";
  bus::BusLogin bus_login;
  std::string ns;
  int64_t clients_max = 4096;
  int64_t clients_per_address_max = 64;
  int64_t unauthenticated_max = 256;
  int64_t auth_ms = 5000;
  bool loopback_is_free = true;  // of limits per address; false in tests alone, so it is no option
  int64_t not_sent_bytes = 32 * 1024;
  int64_t backlog_ms = 500;
  int64_t slow_client_ms = 5000;
};

void describe(TransportOptions& values, Options& options);

/// --make-token: the new token goes to standard error, for the person, and its line to standard output, for the file.
void print_new_token(const std::string& role);

/// What single options cannot know of each other. Throws ConfigError.
void check(const TransportOptions& values);

}  // namespace sdr::transport
