// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/file_descriptor.h"

// What `sdr up` can be told, by configs/up.toml, the environment and flags, and what follows from it: ports that are
// free, and the processes to start. Thread: main's, at start. Errors: ConfigError.

namespace sdr::command {

struct UpOptions {
  std::string listen_addr = "127.0.0.1:8080";
  int64_t port = -1;
  int64_t nats_port = 4222, nats_monitor_port = 8222, transport_metrics_port = 9100, sim_metrics_port = 9101;
  std::string run_dir = "run";
  std::string shm_path = "/dev/shm/sdr_os_ipc/frames";
  std::string name_space;
  std::string robot;
  bool timecode = false;
  std::string tls_cert, tls_key;
  bool share = false;
  std::vector<std::string> sim_args, transport_args;
  std::string bin_dir;
};

void describe(UpOptions& values, Options& options);

/// The ports and the ring of one `sdr up`: those wanted where they are free. The page's port must be the one that was
/// asked for; the inner ones and the usual ring move away from a stranger, and `moved` says so, one sentence each.
struct Ports {
  std::string listen_addr;  ///< with the port that it really is
  uint16_t nats = 0, nats_monitor = 0, transport_metrics = 0, sim_metrics = 0;
  std::string ring;  ///< the frame ring's path
  std::vector<std::string> moved;
  std::vector<FileDescriptor> held;  ///< so that nobody is given one of the ports before its service has it
};

/// Throws ConfigError that names the port, who holds it as far as that is known, and what to do.
Ports claim_ports(const UpOptions& options);

/// As a person opens it: "http://127.0.0.1:8080/", "https" with TLS, and localhost's address where it listens on every
/// interface.
std::string page_url(const std::string& listen_addr, bool tls = false, const std::string& everywhere = "127.0.0.1");

}  // namespace sdr::command
